/* Whether this compiler lays out what the image holds as the image maker's did. */
#include "layout.h"

#include "image-layout.h"

#define SAME(name, value) \
	_Static_assert(LAYOUT_##name == (value), "the image was laid out otherwise: " #name);
LAYOUT(SAME)

/* Whether the frozen image is what it was: one number of all its bytes. */

#ifndef HEDDLE_IMAGE_DIGEST_H
#define HEDDLE_IMAGE_DIGEST_H

#include <stdint.h>

/* A change of any one word shows. 0 on a board whose partitions are no machines. */
uint32_t image_digest(void);

#endif

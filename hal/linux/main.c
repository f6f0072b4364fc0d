/*
 * The hub as a native program: on the bench without arguments, else with a radio, a network and
 * files of its own.
 */

#include "../bench/serve.h"
#include "../crypto/crypto.h"
#include "../live/live.h"
#include "arguments.h"
#include "flash-file.h"
#include "links.h"
#include "radio-device.h"
#include "system.h"

static void hub(int count, char **words)
{
	struct arguments arguments;

	arguments_read(&arguments, count, words);
	system_start(words, arguments.json);
	flash_file_open(arguments.state);
	links_open(arguments.wan);
	radio_device_open(&arguments);
	live_serve();
}

int main(int count, char **words)
{
	crypto_start();
	if (count == 1)
		bench_serve();
	hub(count, words);
	return 0;
}

/*
 * The flash chip as a file. A transfer is on the disk when it is done, and a part of 512 bytes,
 * which disks write whole or not at all, before the next is begun: so a power cut leaves what it
 * leaves in a chip. The file is locked: two hubs with one flash would use every counter twice.
 */

#ifndef HEDDLE_FLASH_FILE_H
#define HEDDLE_FLASH_FILE_H

void flash_file_open(const char *directory);

#endif

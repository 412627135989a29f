// Package powercut is test support: it takes the power from a disk that never existed. kill -9 leaves the page cache
// alone and proves no sync; so a process is recorded under strace, and from its writes and syncs the directory is built
// again as a disk may hold it when the power fails: what was synced is there, what was not is lost, kept, torn or only
// allocated, file by file and page by page.
//
// The disk is a pessimist within POSIX: a name is durable only when its directory was synced after it was made, and a
// sync saves only what was written before it began. It believes that a sector of 512 bytes is written whole, and that a
// disk does not lose what it has confirmed.
//
// It is not a tracer for any program: a system call that it does not understand on a file under the recorded directory
// ends the test rather than being guessed at.
package powercut

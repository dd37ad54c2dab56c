// What jemalloc is told before it allocates anything; the environment's MALLOC_CONF may still
// change it. See jemalloc(3), "TUNING".
//
// Rows on their way to the disk are searched for at random in some ten megabytes: in pages of 2 MiB
// that costs a tenth less CPU a step. An arena for each processor, in place of four, keeps the half
// empty pages few.
extern "C" {
extern const char* malloc_conf;
const char* malloc_conf = "thp:always,percpu_arena:percpu";
}

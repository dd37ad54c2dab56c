// What jemalloc is told before it allocates anything; the environment's MALLOC_CONF may still
// change it. See jemalloc(3), "TUNING".
//
// Rows on their way to the disk are searched for at random in some ten megabytes: in pages of 2 MiB
// that costs a tenth less CPU a step. Four arenas, on however many processors, keep the pages few
// that are half empty: 100,000 sleeping executions take 116 MB of memory, in small pages 91.
extern "C" {
extern const char* malloc_conf;
const char* malloc_conf = "thp:always,narenas:4";
}

// What jemalloc is told before it allocates anything; the environment's MALLOC_CONF may still
// change it. See jemalloc(3), "TUNING".
//
// Two arenas, on however many processors: with eight of them, as jemalloc makes for two processors,
// what one thread frees lies about while another arena asks the system for more. Under load memory
// grows by 2 % a minute then; with two it stays, and a step costs no more. Threads have caches of
// their own in front of the arenas.
extern "C" {
extern const char* malloc_conf;
const char* malloc_conf = "narenas:2";
}

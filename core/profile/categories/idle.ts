import { byModule, byName, type CategoryRule } from './rule.js';

/** A CPU that has nothing to do, whatever the profile measures. The category of these rules is not used. */
export const idleAlways: readonly CategoryRule[] = [
  byName(
    'kernel',
    /^(?:\(idle\)|\[idle\]|swapper.*|default_idle\w*|arch_cpu_idle|cpuidle_\w+|intel_idle\w*|native_safe_halt|pv_native_safe_halt|acpi_idle\w*|acpi_safe_halt|poll_idle|mwait_idle\w*|xen_hypercall_sched_op|cpu_idle_poll|do_idle)$/,
  ),
];

/** Waiting for something to do: idle in a wall-clock profile; in a CPU profile the little CPU it takes is real. */
export const idleWaiting: readonly CategoryRule[] = [
  byName('kernel', /^(?:__)?(?:epoll_p?wait2?|kevent|kqueue_\w+|uv__io_poll|ep_poll|do_epoll_wait)$/),
  byName(
    'runtime',
    /^runtime\.(?:findRunnable|stopm|schedule|notesleep|notetsleep\w*|mPark|sysmon|bgsweep|bgscavenge|forcegchelper|runFinalizers)$/,
  ),
  byName(
    'runtime',
    /^(?:net\/http\.\(\*(?:connReader\)\.backgroundRead|persistConn\)\.(?:readLoop|writeLoop))|net\.\(\*TCPListener\)\.accept|os\/signal\.loop|database\/sql\.\(\*DB\)\.connectionOpener)/,
  ),
  byName(
    'runtime',
    /(?:EPoll\.(?:wait|epollWait)|EPollArrayWrapper\.\w+|KQueue\.poll|LinkedBlockingQueue\.(?:take|poll)|ThreadPoolExecutor\.getTask|ForkJoinPool\.awaitWork|SynchronousQueue\.\w+)/,
  ),
  byModule('runtime', /(?:^|\/)selectors\.py$/),
];

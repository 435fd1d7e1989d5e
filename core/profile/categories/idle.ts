import { byModule, byName, type CategoryRule } from './rule.js';

/** A CPU that has nothing to do, whatever the profile measures. The category of these rules is not used. */
export const idleAlways: readonly CategoryRule[] = [
  byName(
    'kernel',
    /^(?:\(idle\)|\[idle\]|default_idle\w*|arch_cpu_idle|cpuidle_\w+|intel_idle\w*|native_safe_halt|pv_native_safe_halt|acpi_idle\w*|acpi_safe_halt|poll_idle|mwait_idle\w*|xen_hypercall_sched_op|cpu_idle_poll|do_idle)$/,
  ),
  // V8 stands in the debugger, or before the first line of the program when it was started to wait for one.
  { category: 'runtime', module: /^(?:\[v8\])?$/, name: /^waitForDebugger$/ },
  // Leaves of PerfView and pyinstrument: the thread was off the CPU.
  byName('runtime', /^(?:BLOCKED_TIME|LAST_BLOCK|AWAIT_TIME|\[await\])$/),
];

/** The task that stands for an idle CPU: idle as far as its stack says nothing else, for interrupts and their work run in its name. */
export const idleAlone: readonly CategoryRule[] = [
  byName(
    'kernel',
    /^(?:swapper(?:\/\d+)?|cpu_startup_entry|start_secondary|secondary_startup\w*|rest_init|start_kernel|x86_64_start_\w+)$/,
  ),
];

/** An interrupt ended the idleness: what runs below it is work. */
export const wakesIdle: readonly CategoryRule[] = [
  byName(
    'kernel',
    /^(?:asm_)?(?:common_interrupt|sysvec_\w+|do_IRQ|exc_\w+)$|^(?:__)?(?:irq_exit\w*|do_softirq\w*|softirqentry_text_start|__softirqentry_text_start|handle_irq\w*|handle_softirqs|net_rx_action|napi_\w+|run_rebalance_domains|apic_timer_interrupt|ret_from_intr|el1h?_\w*irq\w*|gic_handle_irq|smp_\w*interrupt)$/,
  ),
];

/** Waiting for something to do: idle in a wall-clock profile; in a CPU profile the little CPU it takes is real. */
export const idleWaiting: readonly CategoryRule[] = [
  byName('kernel', /^(?:__)?(?:epoll_p?wait2?|kevent(?:64|_id|_qos)?|workq_kernreturn|kqueue_\w+|uv__io_poll|ep_poll|do_epoll_wait)$/),
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
  // The thread pool of .NET without work, its timers, and its loop of sockets.
  byName(
    'runtime',
    /^System\.(?:Threading\.(?:LowLevelLifoSemaphore\.Wait\w*|PortableThreadPool\+(?:GateThread|WaitThread|IOCompletionPoller)\.\w+|TimerQueue\.TimerThread)|Net\.Sockets\.SocketAsyncEngine\.EventLoop)$/,
  ),
  byModule('runtime', /(?:^|\/)selectors\.py$/),
  // The run loop of a macOS program waits for its next event; a process of Erlang is off the CPU (eflame).
  byName('runtime', /^(?:__CFRunLoopServiceMachPort|SLEEP)$/),
];

// SPDX-License-Identifier: Apache-2.0

import Glibc

/// What the loop's thread works on. The thread holds it; ``EventLoop`` is the handle of everybody else.
final class LoopCore: @unchecked Sendable {
    // Sendable: `inbox` is locked, `wakeUp` is a descriptor; everything else belongs to the loop's thread alone.
    enum Work {
        case job(UnownedJob)
        case closure(@Sendable () -> Void)
    }

    private struct Inbox {
        var work: [Work] = []
        var isSignalled = false
        var isStopping = false
    }

    private let inbox = Locked(Inbox())
    private let wakeUp: WakeUp
    private let epoll: Epoll
    private var thread = pthread_t()
    private var sources: [Int32: any EventSource] = [:]
    var timers = TimerQueue<() -> Void>()
    private var lookOutEnd: MonotonicTime?

    /// The handle; set before the thread starts, read only by the thread.
    weak var handle: EventLoop?

    init() throws(CoAPError) {
        wakeUp = try WakeUp()
        epoll = try Epoll()
        try epoll.add(wakeUp.fileDescriptor)
    }

    func start(name: String) throws(CoAPError) {
        let retained = Unmanaged.passRetained(self)
        // Held until the thread has noted its own id, so that `isOnThread` is right from the first job on.
        let started = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)
        sem_init(started, 0, 0)
        defer {
            sem_destroy(started)
            started.deallocate()
        }
        let context = UnsafeMutablePointer<
            (core: Unmanaged<LoopCore>, name: String, started: UnsafeMutablePointer<sem_t>)
        >
        .allocate(capacity: 1)
        context.initialize(to: (retained, String(name.prefix(15)), started))
        var created = pthread_t()
        let result = pthread_create(
            &created, nil,
            { argument in
                guard let argument else { return nil }
                typealias Start = (core: Unmanaged<LoopCore>, name: String, started: UnsafeMutablePointer<sem_t>)
                let start = argument.assumingMemoryBound(to: Start.self)
                let core = start.pointee.core.takeRetainedValue()
                core.thread = pthread_self()
                nameThread(start.pointee.name)
                let started = start.pointee.started
                start.deinitialize(count: 1)
                start.deallocate()
                sem_post(started)
                core.loop()
                return nil
            }, context)
        guard result == 0 else {
            context.deinitialize(count: 1)
            context.deallocate()
            retained.release()
            throw .system("cannot start the event loop's thread", number: result)
        }
        pthread_detach(created)
        while sem_wait(started) != 0 {}
    }

    var isOnThread: Bool { pthread_equal(thread, pthread_self()) != 0 }

    func enqueue(_ work: Work) {
        let mustWake = inbox.withLock { inbox in
            inbox.work.append(work)
            defer { inbox.isSignalled = true }
            return !inbox.isSignalled
        }
        if mustWake && !isOnThread { wakeUp.signal() }
    }

    func stop() {
        inbox.withLock { $0.isStopping = true }
        wakeUp.signal()
    }

    func register(_ source: any EventSource) throws(CoAPError) {
        try epoll.add(source.fileDescriptor)
        sources[source.fileDescriptor] = source
    }

    func unregister(_ source: any EventSource) {
        guard sources.removeValue(forKey: source.fileDescriptor) != nil else { return }
        epoll.remove(source.fileDescriptor)
    }

    /// Does not go to sleep for a while: for what is about to come, being woken takes longer than waiting for it.
    func lookOut(for duration: Duration) { lookOutEnd = .now + duration }

    // MARK: The thread

    private func loop() {
        var batch: [Work] = []
        while true {
            let isIdle = takeInbox(into: &batch)
            if batch.isEmpty && isIdle { break }
            run(&batch)
            runDueTimers()
            epoll.wait(milliseconds: timeout()) { descriptor in
                if descriptor == wakeUp.fileDescriptor {
                    wakeUp.clear()
                } else {
                    sources[descriptor]?.becameReadable()
                }
            }
        }
    }

    /// Moves what others sent into the batch; true when the loop is to end.
    private func takeInbox(into batch: inout [Work]) -> Bool {
        inbox.withLock { inbox in
            inbox.isSignalled = false
            swap(&inbox.work, &batch)
            return inbox.isStopping && handle == nil
        }
    }

    private func run(_ batch: inout [Work]) {
        guard !batch.isEmpty else { return }
        // A job holds its executor, and a closure needs none: with no handle left there are only closures.
        let handle = handle
        for work in batch {
            switch work {
            case .closure(let body): body()
            case .job(let job):
                guard let handle else { continue }
                job.runSynchronously(
                    isolatedTo: handle.asUnownedSerialExecutor(), taskExecutor: handle.asUnownedTaskExecutor())
            }
        }
        batch.removeAll(keepingCapacity: true)
    }

    private func runDueTimers() {
        guard timers.count > 0 else { return }
        let now = MonotonicTime.now
        while let body = timers.popDue(at: now) { body() }
    }

    /// Milliseconds to wait: none while work stands in the inbox, for ever without a deadline.
    private func timeout() -> Int32 {
        if inbox.withLock({ !$0.work.isEmpty || $0.isStopping }) { return 0 }
        if let end = lookOutEnd {
            if .now < end { return 0 }
            lookOutEnd = nil
        }
        guard let earliest = timers.earliest() else { return -1 }
        let wait = (earliest - .now).clampedNanoseconds
        return Int32(clamping: (wait + 999_999) / 1_000_000)
    }
}

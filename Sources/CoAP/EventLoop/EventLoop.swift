// SPDX-License-Identifier: Apache-2.0

import Glibc

/// One thread that waits for sockets, deadlines and jobs, and runs what they bring, one after the other.
///
/// It is a serial executor, for the actors that own libcoap's contexts, and a task executor, for the handlers that answer
/// their requests. The thread ends when nobody holds the loop any more.
package final class EventLoop: SerialExecutor, TaskExecutor {
    private let core: LoopCore

    /// Starts the thread.
    ///
    /// - Throws: `CoAPError` with code `internal` when the system has no thread or descriptor left.
    package init(name: String = "coap-loop") throws(CoAPError) {
        core = try LoopCore()
        core.handle = self
        try core.start(name: name)
    }

    deinit { core.stop() }

    /// True on the loop's own thread.
    package var isOnLoop: Bool { core.isOnThread }

    /// Stops the program when called from another thread: libcoap must not be touched there.
    @inline(__always)
    package func preconditionOnLoop(_ function: StaticString = #function) {
        precondition(core.isOnThread, "\(function) was called off its event loop")
    }

    /// Runs a closure on the loop soon, in the order of the calls.
    package func submit(_ body: @escaping @Sendable () -> Void) { core.enqueue(.closure(body)) }

    /// Runs a closure on the loop and hands back what it returns; inline when already there.
    package func run<Result: Sendable>(_ body: @escaping @Sendable () -> Result) async -> Result {
        await withCheckedContinuation { continuation in
            if isOnLoop {
                continuation.resume(returning: body())
            } else {
                submit { continuation.resume(returning: body()) }
            }
        }
    }

    // MARK: On the loop only

    /// Waits for a source from now on; the loop keeps it alive.
    ///
    /// - Throws: `CoAPError` with code `internal` when the descriptor cannot be watched.
    package func register(_ source: any EventSource) throws(CoAPError) {
        preconditionOnLoop()
        try core.register(source)
    }

    /// Waits for a source no longer.
    package func unregister(_ source: any EventSource) {
        preconditionOnLoop()
        core.unregister(source)
    }

    /// Runs a closure on the loop after a delay.
    @discardableResult
    package func schedule(after delay: Duration, _ body: @escaping () -> Void) -> TimerQueue<() -> Void>.ID {
        preconditionOnLoop()
        return core.timers.add(body, at: .now + delay)
    }

    /// Takes back what ``schedule(after:_:)`` announced.
    package func cancel(_ timer: TimerQueue<() -> Void>.ID) {
        preconditionOnLoop()
        core.timers.cancel(timer)
    }

    /// Keeps the loop's thread from sleeping for a while (microseconds), where the next message is about to come.
    package func lookOut(for duration: Duration) {
        preconditionOnLoop()
        core.lookOut(for: duration)
    }

    // MARK: Executor

    /// Takes a job of an actor or task.
    package func enqueue(_ job: consuming ExecutorJob) { core.enqueue(.job(UnownedJob(job))) }

    /// The loop as the executor of an actor.
    package func asUnownedSerialExecutor() -> UnownedSerialExecutor { UnownedSerialExecutor(ordinary: self) }

    /// The loop as the executor that tasks prefer.
    package func asUnownedTaskExecutor() -> UnownedTaskExecutor { UnownedTaskExecutor(ordinary: self) }

    /// Answers the runtime's question whether code runs on this loop.
    package func isIsolatingCurrentContext() -> Bool? { isOnLoop }

    /// Stops the program when code does not run on this loop.
    package func checkIsolated() { preconditionOnLoop() }
}

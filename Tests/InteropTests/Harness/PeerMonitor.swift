// SPDX-License-Identifier: Apache-2.0

import CoAP
import Foundation
import TestSupport

/// Reads what a child prints on a thread of its own, wakes those who wait for it, and reaps it.
final class PeerMonitor: Sendable {
    let child: ChildProcess
    private let state = Locked(State())

    private struct State {
        var output: [UInt8] = []
        var errors: [UInt8] = []
        var lines: [String] = []
        var status: Int32?
        var isReaped = false
        var inputIsOpen = true
        var waiters: [Int: Waiter] = [:]
        var nextWaiter = 0

        var transcript: String {
            String(decoding: output, as: UTF8.self) + "\n" + String(decoding: errors, as: UTF8.self)
        }

        func answer(to event: Event) -> String? {
            switch event {
            case .line(let fits): lines.first(where: fits)
            case .text(let text): String(decoding: output, as: UTF8.self).contains(text) ? text : nil
            case .end: nil
            }
        }
    }

    /// What is waited for.
    enum Event: Sendable {
        /// A whole line that fits.
        case line(@Sendable (String) -> Bool)
        /// A text anywhere in the standard output, in a line that is not finished too.
        case text(String)
        /// The child's end.
        case end
    }

    private struct Waiter {
        let event: Event
        let continuation: CheckedContinuation<String?, any Error>
    }

    /// Watches a child; nothing is read before ``start()``.
    init(_ child: ChildProcess) { self.child = child }

    deinit {
        close(child.output)
        close(child.errors)
        closeInput()
    }

    /// Begins to read.
    func start() { Thread.detachNewThread { self.read() } }

    /// What is known so far; the status is -1 while the child runs.
    var result: PeerResult {
        state.withLock { state in
            PeerResult(
                status: state.status ?? -1, output: String(decoding: state.output, as: UTF8.self),
                errors: String(decoding: state.errors, as: UTF8.self))
        }
    }

    /// Sends a signal unless the child is gone.
    func signal(_ number: Int32) {
        state.withLock { state in
            if !state.isReaped { kill(child.id, number) }
        }
    }

    /// Writes to the child's input; what does not fit is lost.
    func send(_ bytes: [UInt8]) {
        state.withLock { state in
            if state.inputIsOpen { _ = Glibc.send(child.input, bytes, bytes.count, Int32(MSG_NOSIGNAL)) }
        }
    }

    /// Closes the child's input.
    func closeInput() {
        state.withLock { state in
            if state.inputIsOpen { close(child.input) }
            state.inputIsOpen = false
        }
    }

    /// Waits for a line, a text or the end.
    ///
    /// - Returns: the line or text; nil when the child has ended.
    /// - Throws: ``PeerError/late(waitingFor:transcript:)``, or `CancellationError`.
    func wait(for event: Event, _ what: String, within deadline: Duration) async throws -> String? {
        let id = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        let timer = Task {
            try await Task.sleep(for: deadline)
            let transcript = state.withLock { $0.transcript }
            give(id, .failure(PeerError.late(waitingFor: what, transcript: transcript)))
        }
        defer { timer.cancel() }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let waiter = Waiter(event: event, continuation: continuation)
                let isCancelled = Task.isCancelled
                let answer: Result<String?, any Error>? = state.withLock { state in
                    if let found = state.answer(to: event) { return .success(found) }
                    if state.status != nil { return .success(nil) }
                    if isCancelled { return .failure(CancellationError()) }
                    state.waiters[id] = waiter
                    return nil
                }
                if let answer { continuation.resume(with: answer) }
            }
        } onCancel: {
            give(id, .failure(CancellationError()))
        }
    }

    private func give(_ id: Int, _ answer: Result<String?, any Error>) {
        let waiter = state.withLock { $0.waiters.removeValue(forKey: id) }
        waiter?.continuation.resume(with: answer)
    }

    // MARK: The thread

    private func read() {
        var partial: [Int32: [UInt8]] = [child.output: [], child.errors: []]
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while !partial.isEmpty {
            var watched = partial.keys.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            guard poll(&watched, nfds_t(watched.count), -1) > 0 else { continue }
            for ready in watched where ready.revents != 0 {
                let count = Glibc.read(ready.fd, &buffer, buffer.count)
                var rest = partial[ready.fd] ?? []
                if count > 0 {
                    rest += buffer[..<count]
                    let lines = Self.takeLines(&rest)
                    partial[ready.fd] = rest
                    collect(Array(buffer[..<count]), isOutput: ready.fd == child.output, lines)
                } else if count == 0 || errno != EINTR {
                    partial[ready.fd] = nil
                    if !rest.isEmpty { collect([], isOutput: true, [String(decoding: rest, as: UTF8.self)]) }
                }
            }
        }
        reap()
    }

    private static func takeLines(_ bytes: inout [UInt8]) -> [String] {
        var lines: [String] = []
        while let end = bytes.firstIndex(of: UInt8(ascii: "\n")) {
            lines.append(String(decoding: bytes[..<end], as: UTF8.self))
            bytes.removeSubrange(...end)
        }
        return lines
    }

    private func collect(_ bytes: [UInt8], isOutput: Bool, _ lines: [String]) {
        let woken: [(Waiter, String)] = state.withLock { state in
            if isOutput { state.output += bytes } else { state.errors += bytes }
            state.lines += lines
            var woken: [(Waiter, String)] = []
            for (id, waiter) in state.waiters {
                guard let found = state.answer(to: waiter.event) else { continue }
                state.waiters[id] = nil
                woken.append((waiter, found))
            }
            return woken
        }
        for (waiter, found) in woken { waiter.continuation.resume(returning: found) }
    }

    private func reap() {
        var waiters: [Waiter] = []
        _ = child.waitForEnd { reap in
            state.withLock { state in
                let status = reap()
                state.isReaped = true
                state.status = status < 0 ? 128 - status : status
                waiters = Array(state.waiters.values)
                state.waiters = [:]
                return status
            }
        }
        for waiter in waiters { waiter.continuation.resume(returning: nil) }
    }
}

// SPDX-License-Identifier: Apache-2.0

package import CoAP

/// Runs cases against a server: tracks side by side, each case on a thread and channel of its own.
package struct SuiteRunner: Sendable {
    private let server: ServerUnderTest
    /// After so many cases in a row without any answer the rest is not tried.
    private let patience: Int

    /// A runner against a server.
    package init(_ server: ServerUnderTest, patience: Int = 3) {
        self.server = server
        self.patience = patience
    }

    /// What became of cases.
    package struct Outcome: Sendable {
        /// A result for each case, in their order; ``Verdict/notTried`` for those left when the server fell silent.
        package let results: [CaseResult]
        /// True when nothing came back any more, case after case.
        package let fellSilent: Bool
    }

    /// Runs cases and returns their results, as ``outcome(of:finished:)`` does.
    package func run(
        _ cases: [TestCase], finished: @escaping @Sendable (CaseResult) -> Void = { _ in }
    ) async throws(CoAPError) -> [CaseResult] { try await outcome(of: cases, finished: finished).results }

    /// Runs cases.
    ///
    /// - Parameters:
    ///   - cases: which; the results come in their order.
    ///   - finished: hears of each result as it comes, on any thread.
    /// - Throws: `CoAPError`: `timeout` when the server does not answer at all, `handshakeFailed` when no DTLS connection comes
    ///   about, `cancelled`.
    package func outcome(
        of cases: [TestCase], finished: @escaping @Sendable (CaseResult) -> Void = { _ in }
    ) async throws(CoAPError) -> Outcome {
        if cases.contains(where: { $0.family != .dtls }) {
            try await knock()
        } else if let secure = server.secure {
            try await knock(at: secure)
        }
        let silence = Locked(0)
        let results = Locked<[String: CaseResult]>([:])
        let limit = patience
        @Sendable func one(_ testCase: TestCase) async {
            guard !Task.isCancelled else { return }
            let (result, wasHeard) =
                silence.withLock({ $0 < limit })
                ? await judge(testCase) : (CaseResult(testCase, .notTried), wasHeard: false)
            var wasTried = true
            if case .skipped = result.verdict { wasTried = false }
            // Given up is given up: who is still at it heard what came before.
            // The port of DTLS is another one: its silence is none of the plain server's.
            if wasTried, testCase.family != .dtls || cases.allSatisfy({ $0.family == .dtls }) {
                silence.withLock { $0 = wasHeard && $0 < limit ? 0 : $0 + 1 }
            }
            results.withLock { $0[result.id] = result }
            finished(result)
        }
        await withTaskGroup { group in
            for track in Dictionary(grouping: cases, by: \.track).values {
                let stages = Dictionary(grouping: track, by: \.stage).sorted { $0.key < $1.key }.map(\.value)
                group.addTask {
                    for stage in stages {
                        await withTaskGroup { group in
                            for testCase in stage { group.addTask { await one(testCase) } }
                        }
                    }
                }
            }
        }
        if Task.isCancelled { throw CoAPError(.cancelled, "the cases were interrupted") }
        let found = results.withLock { $0 }
        return Outcome(
            results: cases.compactMap { found[$0.id] }, fellSilent: silence.withLock { $0 >= limit })
    }

    /// Runs one case on a thread of its own.
    private func judge(_ testCase: TestCase) async -> (CaseResult, wasHeard: Bool) {
        await withCheckedContinuation { continuation in
            do throws(CoAPError) {
                try BlockingCall.start {
                    let run = CaseRun(server)
                    let start = MonotonicTime.now
                    var verdict = Verdict.pass
                    do throws(CaseEnd) { try testCase.body(run) } catch { verdict = error.verdict }
                    run.close()
                    let result = CaseResult(
                        id: testCase.id, title: testCase.title, rfc: testCase.rfc, verdict: verdict, notes: run.notes,
                        duration: .now - start, wire: run.log.lines)
                    continuation.resume(returning: (result, run.wasHeard))
                }
            } catch {
                let result = CaseResult(testCase, .inconclusive(error.description))
                continuation.resume(returning: (result, false))
            }
        }
    }

    /// Asks once whether anybody is there, so that no list of failures hides that nobody is.
    private func knock() async throws(CoAPError) {
        let server = server
        let found: Result<Void, CoAPError> = await withCheckedContinuation { continuation in
            do throws(CoAPError) {
                try BlockingCall.start {
                    let run = CaseRun(server)
                    let result = Result { () throws(CaseEnd) in
                        _ = try run.exchange(run.request(.get, ".well-known/core"), within: .seconds(15))
                    }
                    run.close()
                    let isSecure = !server.isPlain
                    guard !run.wasHeard || isSecure else { return continuation.resume(returning: .success(())) }
                    guard case .failure(let end) = result else { return continuation.resume(returning: .success(())) }
                    let reason = end.verdict.reason ?? ""
                    let isHandshake = isSecure && run.wasHeard
                    continuation.resume(
                        returning: isHandshake && run.isConnected
                            ? .success(())
                            : .failure(
                                CoAPError(
                                    isHandshake ? .handshakeFailed : .timeout,
                                    "\(server.uri.authority) does not answer: \(reason)")))
                }
            } catch {
                continuation.resume(returning: .failure(error))
            }
        }
        try found.get()
    }

    /// Begins a handshake where only cases of DTLS go, for the same reason. Whom it concerns does not matter: whoever refuses
    /// the key answers too.
    private func knock(at secure: SocketAddress) async throws(CoAPError) {
        let server = server
        let found: Result<Bool, CoAPError> = await withCheckedContinuation { continuation in
            do throws(CoAPError) {
                let security = ClientSecurity.preSharedKey(try ServerUnderTest.plugtestKey())
                try BlockingCall.start {
                    let isHeard: Bool
                    do throws(CaseEnd) {
                        let channel = try WireChannel(to: secure, security, host: server.uri.host, log: WireLog())
                        isHeard = channel.isHeard(within: .seconds(10))
                    } catch {
                        isHeard = false
                    }
                    continuation.resume(returning: .success(isHeard))
                }
            } catch {
                continuation.resume(returning: .failure(error))
            }
        }
        guard try found.get() else {
            let place = server.uri.scheme == .coaps ? server.uri.authority : "--secure-port \(secure.port)"
            throw CoAPError(.timeout, "nobody answers at \(place)")
        }
    }
}

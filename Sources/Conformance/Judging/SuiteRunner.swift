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

    /// Runs cases.
    ///
    /// - Parameters:
    ///   - cases: which; the results come in their order.
    ///   - finished: hears of each result as it comes, on any thread.
    /// - Throws: `CoAPError`: `timeout` when the server does not answer at all or fell silent on the way, `handshakeFailed` when
    ///   no DTLS connection comes about, `cancelled`.
    package func run(
        _ cases: [TestCase], finished: @escaping @Sendable (CaseResult) -> Void = { _ in }
    ) async throws(CoAPError) -> [CaseResult] {
        if cases.contains(where: { $0.family != .dtls }) { try await knock() }
        let silence = Locked(0)
        let results = Locked<[String: CaseResult]>([:])
        let limit = patience
        @Sendable func one(_ testCase: TestCase) async {
            guard !Task.isCancelled, silence.withLock({ $0 < limit }) else { return }
            let (result, wasHeard) = await judge(testCase)
            var wasTried = true
            if case .skipped = result.verdict { wasTried = false }
            if wasTried { silence.withLock { $0 = wasHeard ? 0 : $0 + 1 } }
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
        guard silence.withLock({ $0 < limit }) else {
            throw CoAPError(
                .timeout, "\(server.uri.authority) fell silent: nothing came back in \(limit) cases one after the other"
            )
        }
        let found = results.withLock { $0 }
        return cases.compactMap { found[$0.id] }
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
                let result = CaseResult(
                    id: testCase.id, title: testCase.title, rfc: testCase.rfc,
                    verdict: .inconclusive(error.description), notes: [], duration: .zero, wire: [])
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
}

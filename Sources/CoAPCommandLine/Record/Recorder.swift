// SPDX-License-Identifier: Apache-2.0

import CoAP

/// Watches a server's resources: those that notify are observed, the others asked again and again.
struct Recorder: Sendable {
    let session: ClientSession
    let recording: Recording
    let candidates: [RecordingChoice.Candidate]
    /// The time between two questions.
    let interval: Duration

    /// Records until the task is cancelled.
    func run() async {
        await withTaskGroup { group in
            for number in candidates.indices { group.addTask { await record(number) } }
        }
    }

    private func record(_ number: Int) async {
        let candidate = candidates[number]
        if candidate.isObservable, await !observe(number) {
            // Whoever does not notify, though it says so, is asked.
            recording.note(.polled, of: number)
        }
        var next = ContinuousClock.now
        while !Task.isCancelled {
            next = max(next + interval, .now)
            guard (try? await Task.sleep(until: next)) != nil else { return }
            await ask(number)
        }
    }

    /// Asks for a resource once.
    func ask(_ number: Int) async {
        let candidate = candidates[number]
        do {
            recording.take(try await session.request(candidate.request), of: number)
        } catch {
            guard error.code != .cancelled else { return }
            recording.fail(error.message, of: number)
        }
    }

    /// Observes a resource.
    ///
    /// - Returns: false when the server does not notify of it.
    private func observe(_ number: Int) async -> Bool {
        var configuration = ObservationConfiguration()
        // An interrupted tool has a second to end.
        configuration.deregistrationTimeout = .milliseconds(300)
        do {
            return try await session.observe(candidates[number].request, configuration: configuration) { states in
                for try await state in states {
                    switch state {
                    case .value(let notification): recording.take(notification.response, of: number)
                    case .stale, .resumed: break
                    case .ended(.notObserved): return false
                    case .ended(.response(let response)):
                        recording.take(response, of: number)
                        return false
                    case .ended(.closed(let error)), .ended(.gaveUp(let error)):
                        recording.fail(error.message, of: number)
                        return false
                    }
                }
                return true
            }
        } catch {
            if let error = error as? CoAPError, error.code != .cancelled { recording.fail(error.message, of: number) }
            return Task.isCancelled
        }
    }
}

extension RecordingChoice.Candidate {
    /// What is asked for.
    var request: Request {
        var request = Request(method: .get)
        request.options.uriPath = reference.path
        request.options.uriQuery = reference.query
        request.options.accept = accept
        return request
    }
}

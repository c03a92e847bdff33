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
            group.addTask { await watch() }
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

    /// Asks whether the server is there still when nothing has come for a while: who notifies of changes may be silent for long.
    private func watch() async {
        let pause = pause
        while (try? await Task.sleep(for: pause)) != nil {
            guard recording.quiet >= pause.inSeconds, let candidate = candidates.first else { continue }
            do {
                _ = try await session.request(candidate.request)
                recording.heard()
            } catch  where error.code != .cancelled {
                recording.lost(error.message)
            } catch {}
        }
    }

    private var pause: Duration { max(.seconds(5), interval) }

    /// After how many seconds without an answer the server is away: it was asked meanwhile.
    var patience: Double { 2 * pause.inSeconds + 1 }

    /// Asks for a resource once.
    func ask(_ number: Int) async {
        let candidate = candidates[number]
        do {
            recording.take(try await session.request(candidate.request), of: number)
        } catch {
            guard error.code != .cancelled else { return }
            recording.lost(error.message)
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
                        recording.lost(error.message)
                        recording.fail(error.message, of: number)
                        return false
                    }
                }
                return true
            }
        } catch {
            if let error = error as? CoAPError, error.code != .cancelled {
                recording.lost(error.message)
                recording.fail(error.message, of: number)
            }
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

// SPDX-License-Identifier: Apache-2.0

import CoAP

extension FleetEngine {
    /// Brings a report to the server.
    func send(_ report: StoredReport, of index: Int, _ plan: ReportPlan) {
        guard let session = clients[index].session, let form = forms[clients[index].group] else { return }
        clients[index].isAsking = true
        underWay += 1
        count { $0.reportsSent += 1 }
        let (request, generation) = (form.request(report), clients[index].generation)
        clients[index].task = Task {
            let (result, seconds) = await Self.ask(session, request, confirmable: plan.confirmable)
            answered(index, generation, result, after: seconds)
        }
    }

    private nonisolated static func ask(
        _ session: any DeviceSession, _ request: Request, confirmable: Bool
    ) async -> (Result<Response, CoAPError>, Double) {
        let started = MonotonicTime.now
        do throws(CoAPError) {
            let response = try await session.request(
                request, confirmable: confirmable, timeout: .seconds(Limits.request))
            return (.success(response), (MonotonicTime.now - started).inSeconds)
        } catch {
            return (.failure(error), 0)
        }
    }

    private func answered(
        _ index: Int, _ generation: UInt32, _ result: Result<Response, CoAPError>, after seconds: Double
    ) {
        defer { finished() }
        guard clients[index].generation == generation else { return }
        clients[index].isAsking = false
        clients[index].task = nil
        switch result {
        case .success(let response):
            clients[index].isUnheard = false
            fleet.progress.withLock { $0.latency.add(seconds) }
            if response.code.isSuccess { delivered(index) } else { refused(index, response) }
        case .failure(let error): unanswered(index, error)
        }
    }

    private func delivered(_ index: Int) {
        clients[index].pause.reset()
        clients[index].queue.removeFirst()
        clients[index].reports.delivered += 1
        count {
            $0.reportsDelivered += 1
            $0.reportsWaiting -= 1
        }
        proceed(index)
    }

    /// The server does not want a report, or not now.
    private func refused(_ index: Int, _ response: Response) {
        count { $0.errors[response.code.dotted, default: 0] += 1 }
        let isForNow =
            response.code.class == 5 || response.code == .tooManyRequests || response.code == .requestEntityIncomplete
        clients[index].queue.first?.refusals += 1
        if isForNow, let report = clients[index].queue.first, report.refusals < Limits.refusals {
            return tryLater(index)
        }
        lose(index)
        proceed(index)
    }

    private func lose(_ index: Int) {
        clients[index].queue.removeFirst()
        clients[index].reports.lost += 1
        count {
            $0.reportsLost += 1
            $0.reportsWaiting -= 1
        }
    }

    /// No answer came.
    private func unanswered(_ index: Int, _ error: CoAPError) {
        guard error.code != .cancelled else { return }
        count { $0.errors[error.code.description, default: 0] += 1 }
        let isConfirmable = forms[clients[index].group]?.plan.confirmable ?? true
        // What cannot be sent, and what is sent once only.
        let isFinal = error.code == .tooLarge || error.code == .invalidArgument
        if isFinal || (!isConfirmable && error.code == .timeout) { lose(index) }
        if isFinal { return proceed(index) }
        if error.code == .timeout, !clients[index].isUnheard {
            // The session makes a new connection itself when its server has lost the old one.
            clients[index].isUnheard = true
            return proceed(index)
        }
        endSession(index, farewell: true)
        clients[index].phase = .pausing
        tryLater(index)
    }
}

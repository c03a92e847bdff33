// SPDX-License-Identifier: Apache-2.0

import CoAP

extension FleetEngine {
    /// A session that was opened.
    struct Opened {
        var session: any DeviceSession
        var isSecure: Bool
    }

    // MARK: What is next

    /// Starts what is due in real time.
    func startTries() {
        let now = clock.now
        while let due = triesDue.pop(at: now) {
            let index = due.device
            // Another try may have been set for later.
            guard clients[index].retryAt <= now else { continue }
            if clients[index].phase == .pausing { clients[index].phase = .resting }
            proceed(index)
        }
    }

    /// Does what a device has to do next, if nothing of it is under way.
    func proceed(_ index: Int) {
        guard !isClosing, let plan = forms[clients[index].group]?.plan else { return }
        switch clients[index].phase {
        case .off, .pausing, .opening, .away: return
        case .resting:
            if !plan.sleeps || !clients[index].queue.isEmpty { open(index) }
        case .up:
            guard !clients[index].isAsking else { return }
            if clients[index].renews {
                endSession(index, farewell: true)
                return proceed(index)
            }
            if let report = clients[index].queue.first {
                if clients[index].retryAt <= clock.now { send(report, of: index, plan) }
            } else if plan.sleeps {
                endSession(index, farewell: true)
            }
        }
    }

    /// Tries again after a pause.
    func tryLater(_ index: Int) {
        var pause = clients[index].pause.next()
        if isDraining { pause = min(pause, Limits.lastPause) }
        clients[index].retryAt = clock.now + pause
        triesDue.add(index, at: clients[index].retryAt)
    }

    // MARK: Sessions

    private func open(_ index: Int) {
        clients[index].phase = .opening
        clients[index].renews = false
        clients[index].generation &+= 1
        underWay += 1
        let (device, generation) = (fleet.devices[index], clients[index].generation)
        clients[index].task = Task { [surroundings, connector] in
            let result = await Self.open(device, in: surroundings, by: connector)
            await opened(index, generation, result)
        }
    }

    private nonisolated static func open(
        _ device: Device, in surroundings: any FleetSurroundings, by connector: any DeviceConnector
    ) async -> Result<Opened, CoAPError> {
        do throws(CoAPError) {
            let uri = try surroundings.uri(for: device)
            let session = try await connector.open(
                uri, at: try surroundings.address(for: device), security: try surroundings.security(for: device))
            if let port = await session.localPort { surroundings.opened(device, from: port) }
            return .success(Opened(session: session, isSecure: uri.scheme == .coaps))
        } catch {
            return .failure(error)
        }
    }

    private func opened(_ index: Int, _ generation: UInt32, _ result: Result<Opened, CoAPError>) async {
        defer { finished() }
        guard clients[index].generation == generation, clients[index].phase == .opening, !isClosing else {
            // The device went away meanwhile.
            guard case .success(let opened) = result else { return }
            await opened.session.close(farewell: isClosing)
            count(await opened.session.traffic, of: index)
            return
        }
        clients[index].task = nil
        switch result {
        case .success(let opened):
            clients[index].phase = .up
            clients[index].session = opened.session
            clients[index].isUnheard = false
            count {
                $0.devicesUp += 1
                if opened.isSecure { $0.handshakes += 1 }
            }
            proceed(index)
        case .failure(let error):
            clients[index].phase = .pausing
            count {
                $0.errors[error.code.description, default: 0] += 1
                if Self.isOfHandshake(error) { $0.handshakeFailed(error.message) }
            }
            tryLater(index)
        }
    }

    /// False for what kept a handshake from being tried at all.
    private static func isOfHandshake(_ error: CoAPError) -> Bool {
        [.handshakeFailed, .timeout, .unreachable, .closed, .protocolError].contains(error.code)
    }

    /// Ends a device's session, whatever is under way on it.
    func endSession(_ index: Int, farewell: Bool) {
        guard let session = clients[index].session else { return }
        clients[index].session = nil
        clients[index].phase = .resting
        clients[index].isAsking = false
        clients[index].task = nil
        clients[index].generation &+= 1
        count { $0.devicesUp -= 1 }
        underWay += 1
        Task {
            await session.close(farewell: farewell)
            let traffic = await session.traffic
            count(traffic, of: index)
            // Connections that the session made anew by itself.
            let handshakes = traffic.handshakes - 1
            if handshakes > 0 { count { $0.handshakes += handshakes } }
            finished()
        }
    }

    /// Counts what a session has sent and received, when it has ended.
    private func count(_ traffic: TrafficCounts, of index: Int) { self.traffic[clients[index].group] += traffic }

    /// The device is switched off for a while.
    func goAway(_ index: Int, farewell: Bool) {
        guard clients[index].phase != .off else { return }
        endSession(index, farewell: farewell)
        if clients[index].phase == .opening {
            clients[index].generation &+= 1
            clients[index].task?.cancel()
            clients[index].task = nil
        }
        clients[index].phase = .away
    }

    /// The device is there again.
    func comeBack(_ index: Int) {
        guard clients[index].phase == .away else { return }
        clients[index].phase = .resting
        clients[index].retryAt = 0
        clients[index].pause.reset()
        proceed(index)
    }
}

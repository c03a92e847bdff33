// SPDX-License-Identifier: Apache-2.0

import Logging

/// Answers a server's groups, beside libcoap: its own multicast would answer before the leisure is over and make a session
/// for every source. Confined to the server's loop.
final class MulticastResponder: @unchecked Sendable {
    // Sendable: every use is on the server's loop, which its methods check.
    private weak var core: ServerCore?
    private let loop: EventLoop
    private var members: [Membership: GroupMember] = [:]
    /// The requests whose answer is being made or waits for its moment.
    private var pending: [UInt64: Pending] = [:]
    private var recent: [Origin: MonotonicTime] = [:]
    private var lastID: UInt64 = 0
    private var messageID = UInt16.random(in: .min ... .max)

    /// More requests at once are passed over: their sources are not verified.
    static let maximumPending = 256

    private struct Membership: Hashable {
        let address: SocketAddress
        let interface: NetworkInterface
        let port: UInt16
    }

    private struct Pending {
        var task: Task<Void, Never>?
        var timer: TimerQueue<() -> Void>.ID?
    }

    /// What tells a request from its copies.
    private struct Origin: Hashable {
        let source: SocketAddress
        let messageID: UInt16
    }

    /// How many requests are remembered, and for how long (NON_LIFETIME, RFC 7252 §4.8.2).
    private static let maximumRecent = 512
    private static let lifetime: Duration = .seconds(145)

    init(_ core: ServerCore) {
        self.core = core
        loop = core.loop
    }

    /// Joins a group beside an endpoint, on every interface that takes it.
    ///
    /// - Returns: false when the endpoint is of the other IP version.
    /// - Throws: `CoAPError` when no interface takes it, or the group's own does not.
    func join(_ group: MulticastGroup, endpoint: Int32, at local: SocketAddress) throws(CoAPError) -> Bool {
        loop.preconditionOnLoop()
        // An endpoint on all addresses of IPv6 takes IPv4, too.
        let takesBoth = local.isIPv6 && local.bytes.allSatisfy { $0 == 0 }
        guard takesBoth || local.isIPv6 == group.address.isIPv6 else { return false }
        var failure: CoAPError?
        var joined = 0
        for interface in try NetworkInterface.all(of: group, loopback: true) {
            let membership = Membership(address: group.address, interface: interface, port: local.port)
            joined += 1
            guard members[membership] == nil else { continue }
            do throws(CoAPError) {
                let socket = try MulticastSocket.listener(to: group, on: interface, port: local.port, beside: endpoint)
                let member = GroupMember(socket: socket, endpoint: endpoint) { [weak self] datagram, source, endpoint in
                    self?.received(datagram, from: source, endpoint: endpoint)
                }
                try loop.register(member)
                members[membership] = member
            } catch {
                joined -= 1
                failure = error
            }
        }
        guard joined > 0 else {
            throw failure ?? CoAPError(.addressUnavailable, "no interface can hear \(group) ('ip address' lists them)")
        }
        return true
    }

    /// Leaves all groups; what was not answered yet stays so.
    func close() {
        for member in members.values { loop.unregister(member) }
        members.removeAll()
        for id in Array(pending.keys) { forget(id)?.cancel() }
    }

    private func received(_ datagram: [UInt8], from source: SocketAddress, endpoint: Int32) {
        guard let core, !core.isStopping else { return }
        guard let request = MulticastRequest(datagram) else { return core.metrics.dropped("multicast") }
        let now = MonotonicTime.now
        let origin = Origin(source: source, messageID: request.messageID)
        // It came before, or by another interface (RFC 7252 §4.5).
        if let last = recent[origin], now < last + Self.lifetime { return core.metrics.repeated() }
        let peer = Peer(identity: .anonymous, address: source)
        if core.isOverRate(peer, at: now) { return }
        guard pending.count < Self.maximumPending else { return core.metrics.dropped("overload") }
        // What was passed over so far is looked at anew when it comes again.
        remember(origin, at: now)
        let load = Admission.Load()
        guard
            core.admission.verdict(request.scan, .nonConfirmable, bodySize: request.request.payload.count, load)
                == .admit
        else { return core.metrics.dropped("option") }
        var context = RequestContext(
            peer: peer, messageType: .nonConfirmable, token: request.token, logger: peer.logger(from: core.logger))
        context.mayHaveConditions = request.scan.hasConditions
        core.table.locate(request.request, &context)
        guard
            !request.scan.hasDigest
                || RequestDigest.refusal(of: request.request, core.configuration.digestKeys, &context) == nil
        else { return core.metrics.dropped("digest") }

        // A random moment within the leisure, so that not all servers answer at once (§8.2).
        let leisure = max(.zero, core.configuration.multicastLeisure)
        let due = now + leisure * Double.random(in: 0...1)
        lastID += 1
        let id = lastID
        pending[id] = Pending()
        pending[id]?.timer = loop.schedule(after: core.configuration.handlerTimeout) { [weak self] in
            self?.pending[id]?.timer = nil
            self?.forget(id)?.cancel()
        }
        let reply = Reply(
            id: id, request: request, context: context, source: source, endpoint: endpoint, started: now, due: due)
        let task = Task.immediate(executorPreference: loop) {
            self.answer(await Self.response(to: request, from: source, context, of: core), reply)
        }
        pending[id]?.task = task
    }

    private func remember(_ origin: Origin, at now: MonotonicTime) {
        if recent.count >= Self.maximumRecent {
            recent = recent.filter { now < $0.value + Self.lifetime }
            // Of too many none: their sources are not verified.
            if recent.count >= Self.maximumRecent { recent.removeAll() }
        }
        recent[origin] = now
    }

    /// The handler's answer, or its first block where the whole is too long; nil for silence.
    private static func response(
        to request: MulticastRequest, from source: SocketAddress, _ context: RequestContext, of core: ServerCore
    ) async -> Response? {
        var response = await core.table.response(to: request.request, context)
        guard !request.suppresses(response, route: context.route) else { return nil }
        let echo = request.request.options.echo
        let isProved =
            core.needsNoProof(context.peer) || echo.map { core.echoes.isValid($0, for: source, at: .now) } ?? false
        let room = request.room(isAddressProved: isProved)
        if response.stream == nil, request.scan.block2 == nil, response.fits(room) { return response }
        // The client asks for the rest from this server alone (RFC 7959 §2.8).
        if !response.options.contains(.eTag) {
            response.options.eTags = [
                response.stream == nil ? EntityTag.of(response.payload, response.contentFormat) : EntityTag.unique()
            ]
        }
        let body = ServerDownload(
            code: response.code, options: response.options, payload: response.payload, stream: response.stream,
            requestHash: 0, route: (context.route, context.match?.number ?? -1))
        guard
            let block = try? ServerDownload.block(
                request.request.options.block2, options: response.options, preferredSize: core.preferredBlockSize,
                room: room)
        else { return nil }
        let first = await core.read(body, block, route: context.route, context.logger)
        return first.code.isSuccess ? first : nil
    }

    /// Where an answer goes and when.
    private struct Reply {
        let id: UInt64
        let request: MulticastRequest
        let context: RequestContext
        let source: SocketAddress
        let endpoint: Int32
        let started: MonotonicTime
        let due: MonotonicTime
    }

    private func answer(_ response: Response?, _ reply: Reply) {
        loop.preconditionOnLoop()
        guard pending[reply.id] != nil else { return }
        _ = forget(reply.id)
        guard let response else { return }
        let wait = max(.zero, reply.due - .now)
        pending[reply.id] = Pending()
        pending[reply.id]?.timer = loop.schedule(after: wait) { [weak self] in
            guard let self else { return }
            self.pending[reply.id]?.timer = nil
            _ = self.forget(reply.id)
            self.send(response, reply)
        }
    }

    private func send(_ response: Response, _ reply: Reply) {
        guard let core else { return }
        messageID &+= 1
        let message = Message(
            .nonConfirmable, response.code, messageID: messageID, token: reply.request.token, options: response.options,
            payload: response.payload)
        // What does not go out is lost like any datagram.
        MulticastSocket.send(message.bytes, to: reply.source, from: reply.endpoint)
        let route = reply.context.route
        core.metrics.answered(
            route: route, number: reply.context.match?.number ?? -1, code: response.code,
            by: reply.context.peer.identity, after: .now - reply.started)
        reply.context.logger.debug(
            "multicast request answered",
            metadata: [
                LogKey.method: "\(reply.request.request.method)", LogKey.route: "\(route)",
                LogKey.code: "\(response.code.dotted)",
            ])
    }

    /// Takes a request off the list; returns its task.
    private func forget(_ id: UInt64) -> Task<Void, Never>? {
        guard let entry = pending.removeValue(forKey: id) else { return nil }
        if let timer = entry.timer { loop.cancel(timer) }
        return entry.task
    }
}

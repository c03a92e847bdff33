// SPDX-License-Identifier: Apache-2.0

extension CoAPClient {
    /// Asks all servers of a group at once, on plain CoAP, and hands out their answers as they come (RFC 7252 §8).
    ///
    /// The request goes out once on each interface, non-confirmable, with a random token. Servers that have nothing to say
    /// keep silent. Answers are neither secret nor authentic: take from them whom to ask over DTLS.
    ///
    /// - Parameters:
    ///   - request: what to ask, a GET or FETCH; its path and query in its options.
    ///   - group: whom to ask.
    ///   - configuration: for how long, and how many answers at most.
    /// - Returns: the answers, one of each address; it ends when the time is over. To stop listening earlier, leave the loop. An
    ///   answer with Block2 and more to come is a first block; the rest is to be had from its server alone (RFC 7959 §2.8).
    /// - Throws: `CoAPError`: `invalidArgument` for a request that changes something, since nobody could tell who carried it
    ///   out, or an unknown interface; `tooLarge` for one of more than 1,152 bytes; `internal` when no interface takes it.
    public static func responses(
        to request: Request, from group: MulticastGroup,
        configuration: MulticastConfiguration = MulticastConfiguration()
    ) async throws(CoAPError) -> AsyncStream<MulticastResponse> {
        guard request.method.isSafe else {
            throw CoAPError(.invalidArgument, "a request to many servers reads; \(request.method) may change something")
        }
        let token = Token.random()
        let message = Message(
            .nonConfirmable, Code(rawValue: request.method.rawValue), messageID: .random(in: .min ... .max),
            token: token,
            options: request.options, payload: request.payload)
        let bytes = message.bytes
        guard bytes.count <= 1152 else {
            throw CoAPError(.tooLarge, "the request has \(bytes.count) bytes, more than fit one datagram")
        }
        let interfaces = try NetworkInterface.all(of: group, loopback: false)
        let loop = try EventLoop(name: "coap-multicast")
        let (stream, continuation) = AsyncStream.makeStream(of: MulticastResponse.self)
        let started: Result<MulticastExchange, CoAPError> = await loop.run {
            do throws(CoAPError) {
                let socket = try MulticastSocket.sender(to: group, hops: configuration.hops)
                let exchange = MulticastExchange(
                    loop: loop, socket: socket, token: token, limit: configuration.maximumResponses,
                    receive: { continuation.yield($0) }, finish: { continuation.finish() })
                try exchange.start(for: configuration.duration)
                var failure = CoAPError(.internal, "no interface can multicast ('ip address' lists them)")
                var sent = 0
                for interface in interfaces {
                    do throws(CoAPError) {
                        try socket.send(bytes, to: group, port: configuration.port, on: interface)
                        sent += 1
                    } catch {
                        failure = error
                    }
                }
                guard sent > 0 else {
                    exchange.stop()
                    throw failure
                }
                return .success(exchange)
            } catch {
                return .failure(error)
            }
        }
        let exchange = try started.get()
        continuation.onTermination = { _ in loop.submit { exchange.stop() } }
        return stream
    }

    /// Asks all servers of a group which resources they have (RFC 6690 §4, RFC 7252 §7.2, §8), and collects their answers. The
    /// rest of a list that came in part is asked for from its server alone (RFC 7959 §2.8).
    ///
    /// - Parameters:
    ///   - group: whom to ask.
    ///   - filters: `rt=temperature` and the like (RFC 6690 §4.1); servers that know one alone take the first.
    ///   - configuration: for how long, and how many answers at most.
    /// - Returns: the answers, one of each address, in the order they came; when the task is cancelled, those so far. One whose
    ///   rest did not come is left out.
    /// - Throws: as ``responses(to:from:configuration:)``.
    public static func discover(
        from group: MulticastGroup = .allCoAPNodes, filters: [String] = [],
        configuration: MulticastConfiguration = MulticastConfiguration()
    ) async throws(CoAPError) -> [MulticastResponse] {
        var request = Request(method: .get)
        request.options.uriPath = [".well-known", "core"]
        request.options.uriQuery = filters
        let asked = request
        let responses = try await responses(to: asked, from: group, configuration: configuration)
        let deadline = ContinuousClock.now + max(configuration.duration, .zero) + followUpTime
        return await withTaskGroup(of: (Int, MulticastResponse?).self) { group in
            var found: [MulticastResponse?] = []
            var underWay = 0
            for await response in responses {
                found.append(response)
                guard response.response.options.block2?.hasMore == true else { continue }
                if underWay >= maximumFollowUps, let (index, whole) = await group.next() {
                    found[index] = whole
                    underWay -= 1
                }
                let index = found.count - 1
                underWay += 1
                group.addTask { (index, await whole(response, asked, deadline)) }
            }
            for await (index, whole) in group { found[index] = whole }
            return found.compactMap { $0 }
        }
    }

    /// How many servers are asked for the rest of their lists at once, how long that may take after the last answer, and how long
    /// a list may be: anybody can answer a group.
    private static let maximumFollowUps = 16
    private static let followUpTime: Duration = .seconds(10)
    private static let maximumListSize = 1 << 18

    /// A list that came in part, whole; nil when it did not come by the deadline.
    private static func whole(
        _ part: MulticastResponse, _ request: Request, _ deadline: ContinuousClock.Instant
    ) async -> MulticastResponse? {
        let server = CoAPURI(scheme: .coap, host: part.address.host, port: part.address.port)
        var configuration = ClientConfiguration()
        configuration.maximumBodySize = maximumListSize
        // Of the size that the server chose, so that it goes on without asking for a proof of the address.
        configuration.blockSize = part.response.options.block2?.size ?? configuration.blockSize
        let set = configuration
        return await withTaskGroup(of: MulticastResponse?.self) { race in
            race.addTask {
                let answer = try? await withSession(to: server, security: .plain, configuration: set) { session in
                    try await session.request(request)
                }
                guard let answer, answer.code.isSuccess else { return nil }
                return MulticastResponse(address: part.address, response: answer)
            }
            race.addTask {
                try? await Task.sleep(until: deadline, clock: .continuous)
                return nil
            }
            defer { race.cancelAll() }
            return await race.next() ?? nil
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Finds the addresses of hosts; names are looked up on a thread of their own, because that blocks.
package enum Resolver {
    /// The addresses of a host, in the system's order of preference.
    ///
    /// - Throws: `CoAPError` with code `unknownHost`, `timeout` when the look-up takes longer than the deadline, or `cancelled`
    ///   when the task is.
    package static func addresses(of host: String, port: UInt16, deadline: Duration) async throws(CoAPError)
        -> [SocketAddress]
    {
        if let literal = lookUp(host, port, flags: AI_NUMERICHOST), !literal.isEmpty { return literal }
        guard !host.contains(":") else {
            throw CoAPError(.unknownHost, "'\(PrintableText.escaped(host.utf8))' is not an IPv6 address")
        }
        guard !Task.isCancelled else { throw cancelled }
        let answer = Locked(Answer.pending(nil))
        @Sendable func resolve(_ result: Result<[SocketAddress], CoAPError>) {
            let continuation = answer.withLock { $0.settle(result) }
            continuation?.resume(returning: result)
        }
        let name = PrintableText.escaped(host.utf8)
        let timer = Task {
            try await Task.sleep(for: deadline)
            let limit = HandshakeFailure.seconds(deadline)
            resolve(.failure(CoAPError(.timeout, "the name server did not answer for '\(name)' within \(limit) s")))
        }
        defer { timer.cancel() }
        do throws(CoAPError) {
            try BlockingCall.start {
                let found = lookUp(host, port, flags: 0) ?? []
                let unknown = CoAPError(
                    .unknownHost, "the host '\(name)' is unknown; check its spelling and the name server")
                resolve(found.isEmpty ? .failure(unknown) : .success(found))
            }
        } catch {
            resolve(.failure(error))
        }
        let result: Result<[SocketAddress], CoAPError> = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let settled = answer.withLock { $0.wait(continuation) }
                if let settled { continuation.resume(returning: settled) }
            }
        } onCancel: {
            resolve(.failure(cancelled))
        }
        return try result.get()
    }

    private static var cancelled: CoAPError {
        CoAPError(.cancelled, "the task was cancelled before the host's address was known")
    }

    /// The address that a host is, when it is one and no name.
    package static func literal(_ host: String) -> SocketAddress? { lookUp(host, 0, flags: AI_NUMERICHOST)?.first }

    /// One answer from several sides, of which the first counts.
    private enum Answer {
        typealias Value = Result<[SocketAddress], CoAPError>
        case pending(CheckedContinuation<Value, Never>?)
        case settled(Value)

        /// Takes the answer unless there is one; returns who waits for it.
        mutating func settle(_ value: Value) -> CheckedContinuation<Value, Never>? {
            guard case .pending(let continuation) = self else { return nil }
            self = .settled(value)
            return continuation
        }

        /// Waits for the answer; returns it when it is there.
        mutating func wait(_ continuation: CheckedContinuation<Value, Never>) -> Value? {
            if case .settled(let value) = self { return value }
            self = .pending(continuation)
            return nil
        }
    }

    /// The addresses to bind for an endpoint; every address of a host without IPv6 is 0.0.0.0.
    static func bindable(_ endpoint: ServerEndpoint) async throws(CoAPError) -> [SocketAddress] {
        let found = try await addresses(of: endpoint.host, port: endpoint.port, deadline: .seconds(10))
        guard endpoint.host == ServerEndpoint.anyHost, !hasIPv6 else { return found }
        return [try SocketAddress(bytes: [0, 0, 0, 0], port: endpoint.port)]
    }

    private static var hasIPv6: Bool {
        let descriptor = socket(AF_INET6, Int32(SOCK_DGRAM.rawValue), 0)
        guard descriptor >= 0 else { return false }
        close(descriptor)
        return true
    }

    /// Blocks unless the flags forbid a look-up; nil or empty when there is no address.
    private static func lookUp(_ host: String, _ port: UInt16, flags: Int32) -> [SocketAddress]? {
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        hints.ai_socktype = Int32(SOCK_DGRAM.rawValue)
        hints.ai_flags = flags
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, String(port), &hints, &list) == 0 else { return nil }
        defer { freeaddrinfo(list) }
        var found: [SocketAddress] = []
        var entry = list
        while let current = entry {
            if let address = current.pointee.ai_addr,
                let parsed = SocketAddress(sockaddr: address, length: Int(current.pointee.ai_addrlen)),
                !found.contains(parsed)
            {
                found.append(parsed)
            }
            entry = current.pointee.ai_next
        }
        return found
    }
}

// SPDX-License-Identifier: Apache-2.0

public import CoAP

/// Asks a router without a socket: matching, middleware and handlers run as in a server, nothing is sent.
public struct RouterTester: Sendable {
    private let table: RouteTable
    private let digestKeys: DigestKeyTable

    /// A tester of a copy of the router, and the keys of the digests that requests may have.
    public init(_ router: Router, digestKeys: DigestKeyTable = DigestKeyTable()) {
        table = RouteTable(router)
        self.digestKeys = digestKeys
    }

    /// The router's response to a request of a peer; what a handler throws is a response already.
    public func response(
        to request: Request, from peer: Peer = Peer(identity: .anonymous)
    ) async -> Response {
        if let refusal = OptionScan(request.options).refusal { return refusal }
        var context = RequestContext(peer: peer)
        if let refusal = RequestDigest.refusal(of: request, digestKeys, &context) { return refusal }
        table.locate(request, &context)
        return await table.response(to: request, context)
    }

    /// The router's response to a method on a path, `sensors/kitchen?unit=K`.
    ///
    /// - Throws: `CoAPError` with code `invalidURI` when the path is malformed.
    public func response(
        _ method: Method, _ path: String, accept: ContentFormat? = nil, contentFormat: ContentFormat? = nil,
        payload: [UInt8] = [], from peer: Peer = Peer(identity: .anonymous)
    ) async throws -> Response {
        let request = try Request(
            method, path, accept: accept, contentFormat: contentFormat, payload: payload)
        return await response(to: request, from: peer)
    }
}

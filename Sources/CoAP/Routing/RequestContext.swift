// SPDX-License-Identifier: Apache-2.0

public import Logging

/// What a handler knows of a request besides the request itself.
public struct RequestContext: Sendable {
    /// Who asks, and from where.
    public let peer: Peer

    /// The values of the route's segments in braces.
    public internal(set) var parameters = Parameters()

    /// The route's path as it was registered, `/sensors/{name}`; `unmatched` where there is none.
    public internal(set) var route = "unmatched"

    /// How the request came: confirmable or not.
    public let messageType: MessageType

    /// The request's token.
    public let token: Token

    /// Logs with the server's settings.
    public let logger: Logger

    /// How the body is known to be the one that was sent: by a digest of it that was compared, or will be when the last piece of
    /// a body comes that is read while it comes; nil without one.
    public internal(set) var bodyDigest: PayloadDigest.Algorithm?

    /// False when it is known that If-Match and If-None-Match are not there.
    var mayHaveConditions = true

    /// The body, where it is read while it comes.
    var body: RequestBody?

    /// Where the handler's number is put down, when somebody observes by it.
    var observedNumber: ObservedNumberBox?

    /// The methods of the path; nil where no route has it.
    var match: RouteTree.Match?

    /// Why the request is not carried out, where that is known before its middleware is asked.
    var refusal: ResponseError?

    /// A context, for tests of handlers and middleware without a socket.
    public init(
        peer: Peer, messageType: MessageType = .confirmable, token: Token = .empty,
        logger: Logger = Logger(label: "coap.test", factory: { _ in SwiftLogNoOpLogHandler() })
    ) {
        self.peer = peer
        self.messageType = messageType
        self.token = token
        self.logger = logger
    }
}

// SPDX-License-Identifier: Apache-2.0

/// Why an operation of this library failed: what happened, why, and what to do about it.
///
/// Responses of class 4 and 5 are values, not errors, until success is required of them: this is for what keeps a response from
/// coming at all.
public struct CoAPError: Error, Hashable, Sendable {
    /// The kind of failure, for a program.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The name of the kind, in lower camel case.
        public let description: String
        private init(_ description: String) { self.description = description }

        /// A URI cannot be understood (RFC 7252 §6).
        public static let invalidURI = Code("invalidURI")
        /// An argument, setting or message is outside what is allowed.
        public static let invalidArgument = Code("invalidArgument")
        /// A key, certificate or store cannot be read or makes no sense (RFC 7252 §9).
        public static let invalidCredentials = Code("invalidCredentials")
        /// A policy makes no sense.
        public static let invalidPolicy = Code("invalidPolicy")
        /// A file cannot be read or written.
        public static let fileUnavailable = Code("fileUnavailable")
        /// A host name has no address.
        public static let unknownHost = Code("unknownHost")
        /// An address cannot be bound: it is taken, not local or not allowed.
        public static let addressUnavailable = Code("addressUnavailable")
        /// Nothing came back within the deadline, or however often it was repeated (RFC 7252 §4.2).
        public static let timeout = Code("timeout")
        /// The peer's host said that nobody listens there.
        public static let unreachable = Code("unreachable")
        /// The handshake failed: key, certificate or cipher refused by one of the sides (RFC 6347 §4.2, RFC 7252 §9.1).
        public static let handshakeFailed = Code("handshakeFailed")
        /// The peer refused the message with a reset, or broke the protocol (RFC 7252 §4.2, §4.3).
        public static let protocolError = Code("protocolError")
        /// A body does not match its digest: it was changed on its way, or the digest was made with another key.
        public static let digestMismatch = Code("digestMismatch")
        /// A response that should have a digest has none that can be checked.
        public static let digestMissing = Code("digestMissing")
        /// The server answered with an error of class 4 or 5, and success was required (RFC 7252 §5.9).
        public static let errorResponse = Code("errorResponse")
        /// A message or body is over a limit (RFC 7252 §4.6).
        public static let tooLarge = Code("tooLarge")
        /// A limit on open requests or sessions is reached (RFC 7252 §4.7).
        public static let limitReached = Code("limitReached")
        /// The session or server was closed while the operation was under way.
        public static let closed = Code("closed")
        /// The operation's task was cancelled.
        public static let cancelled = Code("cancelled")
        /// The library or the operating system failed in a way nobody foresaw.
        public static let `internal` = Code("internal")
    }

    /// The kind of failure.
    public var code: Code

    /// One line for a person: what happened, why, and what to do.
    public var message: String

    /// The underlying error's text; nil when there is none.
    public var cause: String?

    /// The code of the response behind ``Code/errorResponse``; nil for other kinds.
    public var responseCode: CoAPCore.Code?

    /// An error of a kind with its one line, and the text beneath it if there is one.
    public init(_ code: Code, _ message: String, cause: String? = nil) {
        self.code = code
        self.message = message
        self.cause = cause?.isEmpty == true ? nil : cause
    }
}

extension CoAPError: CustomStringConvertible {
    /// The message, and the cause in brackets.
    public var description: String { cause.map { "\(message) (\($0))" } ?? message }
}

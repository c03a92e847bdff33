// SPDX-License-Identifier: Apache-2.0

/// The code of a CoAP message: a method, a response code or 0.00 for an empty message (RFC 7252 §3, §12.1).
///
/// Three bits of class and five of detail, written `c.dd`: `2.05` is `Code(class: 2, detail: 5)`.
public struct Code: RawRepresentable, Hashable, Sendable {
    /// The code's byte on the wire.
    public let rawValue: UInt8

    /// Makes a code from its byte on the wire.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Makes a code from its class (0–7) and detail (0–31); higher bits are cut off.
    public init(class: UInt8, detail: UInt8) { rawValue = (`class` & 0x7) << 5 | detail & 0x1F }

    /// Makes a code from its dotted form, `2.05`; nil when the text is not one.
    public init?(_ dotted: String) {
        let parts = dotted.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        // Digits alone: the initializer of integers takes a sign, too.
        guard parts.count == 2, parts[0].count == 1, parts[1].count == 2, parts[1].allSatisfy({ 48...57 ~= $0 }),
            let major = UInt8(String(Substring(parts[0]))), let minor = UInt8(String(Substring(parts[1]))),
            major < 8, minor < 32
        else { return nil }
        self.init(class: major, detail: minor)
    }

    /// 0 for methods, 2 for success, 4 for client errors, 5 for server errors, 7 for signalling.
    public var `class`: UInt8 { rawValue >> 5 }

    /// The part after the dot, 0–31.
    public var detail: UInt8 { rawValue & 0x1F }

    /// True for 0.01 to 0.31: the message asks for something.
    public var isRequest: Bool { rawValue != 0 && rawValue < 32 }

    /// True for 2.00 to 5.31: the message answers something (RFC 7252 §12.1). Class 3 is among them, though nothing is
    /// registered there.
    public var isResponse: Bool { rawValue >= 64 && rawValue < 192 }

    /// True for 2.xx.
    public var isSuccess: Bool { self.class == 2 }

    /// The code of a message that carries neither request nor response: 0.00.
    public static let empty = Code(rawValue: 0)
}

// MARK: - Response codes (RFC 7252 §12.1.2, RFC 7959, RFC 8132, RFC 8516, RFC 8768)

extension Code {
    /// 2.01: a resource was created.
    public static let created = Code(class: 2, detail: 1)
    /// 2.02: the resource is gone, as asked.
    public static let deleted = Code(class: 2, detail: 2)
    /// 2.03: the representation the client holds is still good.
    public static let valid = Code(class: 2, detail: 3)
    /// 2.04: the resource was changed.
    public static let changed = Code(class: 2, detail: 4)
    /// 2.05: the payload is a representation of the resource.
    public static let content = Code(class: 2, detail: 5)
    /// 2.31: send the next block (RFC 7959).
    public static let `continue` = Code(class: 2, detail: 31)
    /// 4.00: the request makes no sense to the server.
    public static let badRequest = Code(class: 4, detail: 0)
    /// 4.01: the peer has not shown who it is.
    public static let unauthorized = Code(class: 4, detail: 1)
    /// 4.02: a critical option is unknown or malformed.
    public static let badOption = Code(class: 4, detail: 2)
    /// 4.03: the peer is known and may not do this.
    public static let forbidden = Code(class: 4, detail: 3)
    /// 4.04: there is no such resource.
    public static let notFound = Code(class: 4, detail: 4)
    /// 4.05: the resource does not know this method.
    public static let methodNotAllowed = Code(class: 4, detail: 5)
    /// 4.06: none of the resource's formats is the one accepted.
    public static let notAcceptable = Code(class: 4, detail: 6)
    /// 4.08: blocks of the request's body are missing (RFC 7959).
    public static let requestEntityIncomplete = Code(class: 4, detail: 8)
    /// 4.09: the request conflicts with the resource's state (RFC 8132).
    public static let conflict = Code(class: 4, detail: 9)
    /// 4.12: If-Match or If-None-Match does not hold.
    public static let preconditionFailed = Code(class: 4, detail: 12)
    /// 4.13: the body is larger than the server takes.
    public static let requestEntityTooLarge = Code(class: 4, detail: 13)
    /// 4.15: the body's format is not one the resource takes.
    public static let unsupportedContentFormat = Code(class: 4, detail: 15)
    /// 4.22: the body is well formed and cannot be processed (RFC 8132).
    public static let unprocessableEntity = Code(class: 4, detail: 22)
    /// 4.29: too many requests (RFC 8516).
    public static let tooManyRequests = Code(class: 4, detail: 29)
    /// 5.00: the server failed.
    public static let internalServerError = Code(class: 5, detail: 0)
    /// 5.01: the server does not know this method.
    public static let notImplemented = Code(class: 5, detail: 1)
    /// 5.02: an upstream server answered wrongly.
    public static let badGateway = Code(class: 5, detail: 2)
    /// 5.03: the server cannot answer now; Max-Age says when to try again.
    public static let serviceUnavailable = Code(class: 5, detail: 3)
    /// 5.04: an upstream server did not answer in time.
    public static let gatewayTimeout = Code(class: 5, detail: 4)
    /// 5.05: the server is not a proxy for this.
    public static let proxyingNotSupported = Code(class: 5, detail: 5)
    /// 5.08: too many hops between proxies (RFC 8768).
    public static let hopLimitReached = Code(class: 5, detail: 8)
}

extension Code: CustomStringConvertible {
    /// `2.05 Content`: the dotted form, and the registered name where there is one.
    public var description: String { name.map { "\(dotted) \($0)" } ?? dotted }

    /// `2.05`.
    public var dotted: String { "\(self.class).\(detail < 10 ? "0" : "")\(detail)" }

    /// The registered name (IANA, CoAP codes), `Content` for 2.05; nil for codes nobody registered.
    public var name: String? {
        if let method = Method(rawValue: rawValue) { return method.description }
        return Self.names[rawValue]
    }

    private static let names: [UInt8: String] = [
        0: "Empty", created.rawValue: "Created", deleted.rawValue: "Deleted", valid.rawValue: "Valid",
        changed.rawValue: "Changed", content.rawValue: "Content", `continue`.rawValue: "Continue",
        badRequest.rawValue: "Bad Request", unauthorized.rawValue: "Unauthorized", badOption.rawValue: "Bad Option",
        forbidden.rawValue: "Forbidden", notFound.rawValue: "Not Found",
        methodNotAllowed.rawValue: "Method Not Allowed", notAcceptable.rawValue: "Not Acceptable",
        requestEntityIncomplete.rawValue: "Request Entity Incomplete", conflict.rawValue: "Conflict",
        preconditionFailed.rawValue: "Precondition Failed",
        requestEntityTooLarge.rawValue: "Request Entity Too Large",
        unsupportedContentFormat.rawValue: "Unsupported Content-Format",
        unprocessableEntity.rawValue: "Unprocessable Entity", tooManyRequests.rawValue: "Too Many Requests",
        internalServerError.rawValue: "Internal Server Error", notImplemented.rawValue: "Not Implemented",
        badGateway.rawValue: "Bad Gateway", serviceUnavailable.rawValue: "Service Unavailable",
        gatewayTimeout.rawValue: "Gateway Timeout", proxyingNotSupported.rawValue: "Proxying Not Supported",
        hopLimitReached.rawValue: "Hop Limit Reached",
    ]
}

// SPDX-License-Identifier: Apache-2.0

/// What a request asks for (RFC 7252 §5.8, RFC 8132).
public enum Method: UInt8, CaseIterable, Hashable, Sendable {
    /// Read the resource.
    case get = 1
    /// Have the resource process the body.
    case post = 2
    /// Replace the resource by the body.
    case put = 3
    /// Remove the resource.
    case delete = 4
    /// Read the part of the resource that the body describes (RFC 8132).
    case fetch = 5
    /// Change the part of the resource that the body describes (RFC 8132).
    case patch = 6
    /// The same, idempotent (RFC 8132).
    case iPatch = 7

    /// The method as a message's code.
    public var code: Code { Code(rawValue: rawValue) }

    /// True when doing it twice is the same as doing it once, so a client may retry without harm.
    public var isIdempotent: Bool { self != .post && self != .patch }

    /// The code of a response that says the method was done: 2.05 for GET and FETCH, 2.02 for DELETE, 2.04 for the others
    /// (RFC 7252 §5.8, §5.9.1; RFC 8132 §2, §3).
    public var successCode: Code {
        switch self {
        case .get, .fetch: .content
        case .delete: .deleted
        case .post, .put, .patch, .iPatch: .changed
        }
    }
}

extension Method: CustomStringConvertible {
    /// The name as registered: `GET`, `iPATCH`.
    public var description: String {
        switch self {
        case .get: "GET"
        case .post: "POST"
        case .put: "PUT"
        case .delete: "DELETE"
        case .fetch: "FETCH"
        case .patch: "PATCH"
        case .iPatch: "iPATCH"
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

/// Thrown by a handler to answer with an error code and a diagnostic (RFC 7252 §5.5.2).
public struct ResponseError: Error, Hashable, Sendable {
    /// The code to answer with.
    public var code: Code

    /// Text for the person at the other side; nil sends none.
    public var diagnostic: String?

    /// Options to answer with.
    public var options: Options

    /// An error answer.
    public init(_ code: Code, _ diagnostic: String? = nil, options: Options = Options()) {
        self.code = code
        self.diagnostic = diagnostic
        self.options = options
    }

    /// The answer as a response.
    public var response: Response { Response(code, options: options, payload: Array((diagnostic ?? "").utf8)) }
}

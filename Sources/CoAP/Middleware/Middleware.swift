// SPDX-License-Identifier: Apache-2.0

/// Sees every request before its handler, and every response after it: for authorization, audit, limits.
///
/// Requests for unknown paths pass too, so that nobody learns from the answer what exists. A middleware that needs a segment
/// of the path asks for it by `RequestContext.Parameters.value(of:)`: not every route has it.
public protocol Middleware: Sendable {
    /// Answers the request, as a rule by calling `next` and handing on what it returns.
    ///
    /// - Throws: `ResponseError` to refuse; any other error becomes 5.00.
    func handle(
        _ request: Request, context: RequestContext,
        next: @Sendable (Request, RequestContext) async throws -> Response
    ) async throws -> Response
}

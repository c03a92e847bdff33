// SPDX-License-Identifier: Apache-2.0

/// One method on one path, and what answers it.
struct Route: Sendable {
    let method: Method
    let template: PathTemplate
    let attributes: LinkAttributes
    let preconditions: Preconditions
    let handler: Handler
    /// Whom changes are told, where the resource can be observed.
    var observable: ObservableResource?

    /// How a route answers.
    enum Handler: Sendable {
        /// Without waiting, on the loop.
        case immediate(@Sendable (Request, RequestContext) throws -> Response)
        /// In a task that may wait.
        case suspending(@Sendable (Request, RequestContext) async throws -> Response)
    }
}

// SPDX-License-Identifier: Apache-2.0

/// One method on one path, and what answers it.
struct Route: Sendable {
    let method: Method
    let template: PathTemplate
    let attributes: LinkAttributes
    let preconditions: Preconditions
    let handler: @Sendable (Request, RequestContext) async throws -> Response
}

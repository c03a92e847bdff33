// SPDX-License-Identifier: Apache-2.0

/// The list of a server's resources (RFC 6690 §4).
struct WellKnownCore: Sendable {
    let document: LinkFormat

    /// The path as a request's route names it.
    static let route = "/.well-known/core"

    /// The path as a router knows it.
    static let template = {
        do throws(CoAPError) { return try PathTemplate(route) } catch { preconditionFailure(error.message) }
    }()

    init(_ routes: [Route]) {
        var targets: [String] = []
        var attributes: [String: LinkAttributes] = [:]
        for route in routes {
            // A path with parameters names no one resource.
            guard let target = route.template.target else { continue }
            if let known = attributes[target] {
                attributes[target] = known.joined(with: route.attributes)
            } else {
                targets.append(target)
                attributes[target] = route.attributes
            }
        }
        document = LinkFormat(
            targets.compactMap { target in
                attributes[target].flatMap { $0.isListed ? $0.link(to: target) : nil }
            })
    }

    /// The route that serves the list, filtered by the query.
    var route: Route {
        let document = document
        return Route(
            method: .get, template: Self.template,
            attributes: LinkAttributes(isListed: false), preconditions: .resourceExists,
            handler: .immediate { request, _ in
                let filters = request.options.uriQuery.compactMap(LinkFilter.init)
                return try document.filtered(by: filters).response(to: request)
            })
    }
}

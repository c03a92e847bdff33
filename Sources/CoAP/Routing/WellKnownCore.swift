// SPDX-License-Identifier: Apache-2.0

/// The list of a server's resources (RFC 6690 §4).
struct WellKnownCore: Sendable {
    let document: LinkFormat
    /// The links' paths and methods, in the document's order; empty when every peer sees all of them.
    private let uses: [(path: [String], methods: [Method])]
    private let authorizers: [any RequestAuthorizer]

    /// The path as a request's route names it.
    static let route = "/.well-known/core"

    /// The path's segments.
    static let path = [".well-known", "core"]

    /// The path as a router knows it.
    static let template = {
        do throws(CoAPError) { return try PathTemplate(route) } catch { preconditionFailure(error.message) }
    }()

    init(_ routes: [Route], _ authorizers: [any RequestAuthorizer] = []) {
        var methods: [String: [Method]] = [:]
        var paths: [String: [String]] = [:]
        var targets: [String] = []
        var attributes: [String: LinkAttributes] = [:]
        for route in routes {
            // A path with parameters names no one resource.
            guard let target = route.template.target else { continue }
            methods[target, default: []].append(route.method)
            paths[target] = route.template.path
            if let known = attributes[target] {
                attributes[target] = known.joined(with: route.attributes)
            } else {
                targets.append(target)
                attributes[target] = route.attributes
            }
        }
        let listed = targets.filter { attributes[$0]?.isListed ?? false }
        document = LinkFormat(listed.compactMap { attributes[$0]?.link(to: $0) })
        self.authorizers = authorizers
        uses =
            authorizers.isEmpty
            ? [] : listed.map { (paths[$0, default: []], methods[$0, default: []]) }
    }

    /// The links a peer sees: those of which it may use a method at least.
    private func document(for peer: Peer) -> LinkFormat {
        guard !authorizers.isEmpty else { return document }
        return LinkFormat(
            zip(document.links, uses).filter { _, use in
                use.methods.contains { method in
                    authorizers.allSatisfy { $0.permits(method, use.path, to: peer) }
                }
            }.map(\.0))
    }

    /// The route that serves the list, filtered by the query.
    var route: Route {
        let list = self
        return Route(
            method: .get, template: Self.template,
            attributes: LinkAttributes(isListed: false), preconditions: .resourceExists,
            handler: .immediate { request, context in
                let filters = request.options.uriQuery.compactMap(LinkFilter.init)
                return try list.document(for: context.peer).filtered(by: filters).response(to: request)
            })
    }
}

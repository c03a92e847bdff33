// SPDX-License-Identifier: Apache-2.0

/// The routes as a tree of path segments, walked on the bytes of a request's own options.
final class RouteTree: Sendable {
    /// What a path leads to.
    struct Match: Sendable {
        /// The route for each method's number; index 0 is unused.
        let methods: [Route?]
        /// The path's number in the tree, for metrics.
        let number: Int
        /// The path as it was registered, for metrics.
        let path: String
        /// The values of the segments in braces.
        var parameters: [RequestContext.Parameter] = []
    }

    private struct Node: Sendable {
        var literals: [(bytes: [UInt8], node: Int)] = []
        var parameter: Int?
        var rest: Int?
        var methods: [Route?] = []
        var path = ""
    }

    private let nodes: [Node]
    private static let maximumSegments = 32

    init(_ routes: [Route]) {
        var nodes = [Node()]
        for route in routes {
            var current = 0
            for segment in route.template.segments {
                let existing: Int? =
                    switch segment {
                    case .literal(let bytes): nodes[current].literals.first { $0.bytes == bytes }?.node
                    case .parameter: nodes[current].parameter
                    case .rest: nodes[current].rest
                    }
                if let existing {
                    current = existing
                    continue
                }
                nodes.append(Node())
                switch segment {
                case .literal(let bytes): nodes[current].literals.append((bytes, nodes.count - 1))
                case .parameter: nodes[current].parameter = nodes.count - 1
                case .rest: nodes[current].rest = nodes.count - 1
                }
                current = nodes.count - 1
            }
            if nodes[current].methods.isEmpty {
                nodes[current].methods = Array(repeating: nil, count: Int(Method.iPatch.rawValue) + 1)
                nodes[current].path = route.template.description
            }
            nodes[current].methods[Int(route.method.rawValue)] = route
        }
        self.nodes = nodes
    }

    /// What the path of these options leads to; nil when it leads nowhere.
    func match(_ options: Options, method: Method) -> Match? {
        typealias Segment = UnsafeBufferPointer<UInt8>
        return withUnsafeTemporaryAllocation(of: Segment.self, capacity: Self.maximumSegments) { buffer in
            var count = 0
            var found: Match?
            var isTooDeep = false
            // The segments point into the options' storage, so they are used while it is held.
            options.withUriPath(
                each: { segment in
                    guard count < Self.maximumSegments else { return isTooDeep = true }
                    buffer.initializeElement(at: count, to: segment)
                    count += 1
                },
                then: {
                    guard !isTooDeep else { return }
                    var captured: [Int] = []
                    let segments = UnsafeBufferPointer(rebasing: UnsafeBufferPointer(buffer)[..<count])
                    guard let end = walk(0, segments, 0, &captured) else { return }
                    let node = nodes[end]
                    var match = Match(methods: node.methods, number: end, path: node.path)
                    if !captured.isEmpty, let route = node.methods[Int(method.rawValue)] {
                        match.parameters = Self.parameters(route.template, segments)
                    }
                    found = match
                })
            return found
        }
    }

    /// Goes down the tree, literals before parameters; `captured` notes that parameters were passed.
    private func walk(
        _ index: Int, _ segments: UnsafeBufferPointer<UnsafeBufferPointer<UInt8>>, _ depth: Int,
        _ captured: inout [Int]
    ) -> Int? {
        let node = nodes[index]
        if depth == segments.count {
            if !node.methods.isEmpty { return index }
            if let rest = node.rest {
                captured.append(depth)
                return rest
            }
            return nil
        }
        let segment = segments[depth]
        for edge in node.literals where edge.bytes.count == segment.count && edge.bytes.elementsEqual(segment) {
            if let end = walk(edge.node, segments, depth + 1, &captured) { return end }
        }
        if let parameter = node.parameter, !segment.isEmpty,
            let end = walk(parameter, segments, depth + 1, &captured)
        {
            captured.append(depth)
            return end
        }
        if let rest = node.rest {
            captured.append(depth)
            return rest
        }
        return nil
    }

    private static func parameters(
        _ template: PathTemplate, _ segments: UnsafeBufferPointer<UnsafeBufferPointer<UInt8>>
    ) -> [RequestContext.Parameter] {
        template.segments.enumerated().compactMap { index, segment in
            switch segment {
            case .literal: nil
            case .parameter(let name):
                RequestContext.Parameter(name: name, value: String(decoding: segments[index], as: UTF8.self))
            case .rest(let name):
                RequestContext.Parameter(
                    name: name,
                    value: segments[min(index, segments.count)...].map { String(decoding: $0, as: UTF8.self) }
                        .joined(separator: "/"))
            }
        }
    }
}

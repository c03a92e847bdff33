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
        var parameters: [RequestContext.Parameters.Parameter] = []
    }

    private struct Node: Sendable {
        /// In the order of ``isBefore(_:_:)``.
        var literals: [(bytes: [UInt8], node: Int)] = []
        var parameter: Int?
        var rest: Int?
        var methods: [Route?] = []
        var path = ""
    }

    private let nodes: [Node]

    init(_ routes: [Route]) {
        var nodes = [Node()]
        // Which node a literal leads to, while there is no order yet.
        var literals: [[[UInt8]: Int]] = [[:]]
        for route in routes {
            var current = 0
            for segment in route.template.segments {
                let existing: Int? =
                    switch segment {
                    case .literal(let bytes): literals[current][bytes]
                    case .parameter: nodes[current].parameter
                    case .rest: nodes[current].rest
                    }
                if let existing {
                    current = existing
                    continue
                }
                nodes.append(Node())
                literals.append([:])
                switch segment {
                case .literal(let bytes): literals[current][bytes] = nodes.count - 1
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
        for (index, edges) in literals.enumerated() where !edges.isEmpty {
            nodes[index].literals = edges.map { ($0.key, $0.value) }.sorted { one, two in
                one.bytes.withUnsafeBufferPointer { one in
                    two.bytes.withUnsafeBufferPointer { Self.isBefore(one, $0) }
                }
            }
        }
        self.nodes = nodes
    }

    /// Short segments before long ones: most comparisons need to look at nothing else.
    private static func isBefore(_ one: UnsafeBufferPointer<UInt8>, _ two: UnsafeBufferPointer<UInt8>) -> Bool {
        one.count == two.count ? one.lexicographicallyPrecedes(two) : one.count < two.count
    }

    /// The node that a segment leads to if it is written out there; found by halving.
    private static func literal(
        _ segment: UnsafeBufferPointer<UInt8>, in literals: [(bytes: [UInt8], node: Int)]
    ) -> Int? {
        var (low, high) = (0, literals.count)
        while low < high {
            let middle = (low + high) / 2
            if literals[middle].bytes.withUnsafeBufferPointer({ isBefore($0, segment) }) {
                low = middle + 1
            } else {
                high = middle
            }
        }
        guard low < literals.count, literals[low].bytes.count == segment.count,
            literals[low].bytes.elementsEqual(segment)
        else { return nil }
        return literals[low].node
    }

    /// What the path of these options leads to; nil when it leads nowhere.
    func match(_ options: Options, method: Method) -> Match? {
        typealias Segment = UnsafeBufferPointer<UInt8>
        return withUnsafeTemporaryAllocation(of: Segment.self, capacity: PathTemplate.maximumSegments) { buffer in
            var count = 0
            var found: Match?
            var isTooDeep = false
            // The segments point into the options' storage, so they are used while it is held.
            options.withUriPath(
                each: { segment in
                    guard count < PathTemplate.maximumSegments else { return isTooDeep = true }
                    buffer.initializeElement(at: count, to: segment)
                    count += 1
                },
                then: {
                    guard !isTooDeep else { return }
                    var isCaptured = false
                    let segments = UnsafeBufferPointer(rebasing: UnsafeBufferPointer(buffer)[..<count])
                    guard let end = walk(0, segments, 0, &isCaptured) else { return }
                    let node = nodes[end]
                    var match = Match(methods: node.methods, number: end, path: node.path)
                    if isCaptured, let route = node.methods[Int(method.rawValue)] {
                        match.parameters = Self.parameters(route.template, segments)
                    }
                    found = match
                })
            return found
        }
    }

    /// Goes down the tree, literals before parameters; `isCaptured` says whether parameters were passed.
    private func walk(
        _ index: Int, _ segments: UnsafeBufferPointer<UnsafeBufferPointer<UInt8>>, _ depth: Int,
        _ isCaptured: inout Bool
    ) -> Int? {
        let node = nodes[index]
        if depth == segments.count {
            if !node.methods.isEmpty { return index }
            if let rest = node.rest {
                isCaptured = true
                return rest
            }
            return nil
        }
        let segment = segments[depth]
        if let next = Self.literal(segment, in: node.literals), let end = walk(next, segments, depth + 1, &isCaptured) {
            return end
        }
        if let parameter = node.parameter, !segment.isEmpty,
            let end = walk(parameter, segments, depth + 1, &isCaptured)
        {
            isCaptured = true
            return end
        }
        if let rest = node.rest {
            isCaptured = true
            return rest
        }
        return nil
    }

    private static func parameters(
        _ template: PathTemplate, _ segments: UnsafeBufferPointer<UnsafeBufferPointer<UInt8>>
    ) -> [RequestContext.Parameters.Parameter] {
        template.segments.enumerated().compactMap { index, segment in
            switch segment {
            case .literal: nil
            case .parameter(let name):
                RequestContext.Parameters.Parameter(name: name, value: String(decoding: segments[index], as: UTF8.self))
            case .rest(let name): rest(name, segments[min(index, segments.count)...])
            }
        }
    }

    private static func rest(
        _ name: String, _ segments: Slice<UnsafeBufferPointer<UnsafeBufferPointer<UInt8>>>
    ) -> RequestContext.Parameters.Parameter {
        let texts = segments.map { String(decoding: $0, as: UTF8.self) }
        let joined = texts.map { text in
            guard text.utf8.contains(where: { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "%") }) else { return text }
            return text.reduce(into: "") { $0 += $1 == "/" ? "%2F" : $1 == "%" ? "%25" : String($1) }
        }
        .joined(separator: "/")
        return RequestContext.Parameters.Parameter(name: name, value: joined, rest: texts)
    }
}

// SPDX-License-Identifier: Apache-2.0

extension RequestContext {
    /// The values of a path's segments in braces, by name.
    public struct Parameters: Sendable {
        /// The value of one segment in braces, or of the rest of the path.
        struct Parameter: Hashable, Sendable {
            let name: String
            let value: String
            /// The segments of a rest; nil for one segment.
            var rest: [String]?
        }

        var all: [Parameter] = []
        /// True when a route answers, whose segments these are.
        var isComplete = false

        /// The value of a segment. Of `{name*}` the rest of the path, in which `/` and `%` within a segment stand as `%2F` and
        /// `%25`, so that it has no more segments than the request; ``segments(of:)`` gives them one by one.
        ///
        /// A segment's value is whatever the peer sent and may hold a slash: check it before it becomes part of a file's name.
        ///
        /// - Precondition: the route has a segment of this name. Middleware, which sees every route, asks ``value(of:)``.
        ///   Where no route answers the request the value is empty.
        public subscript(name: String) -> String {
            if let value = value(of: name) { return value }
            precondition(
                !isComplete,
                "the route has no segment {\(name)}; it has "
                    + (all.isEmpty ? "none" : all.map { "{\($0.name)}" }.joined(separator: ", ")))
            return ""
        }

        /// The value of a segment as the subscript gives it; nil when the route has no such segment, or there is no route.
        public func value(of name: String) -> String? { all.first { $0.name == name }?.value }

        /// The segments that `{name*}` took, each as the peer sent it; none when the route has no such segment.
        public func segments(of name: String) -> [String] {
            guard let parameter = all.first(where: { $0.name == name }) else { return [] }
            return parameter.rest ?? [parameter.value]
        }
    }
}

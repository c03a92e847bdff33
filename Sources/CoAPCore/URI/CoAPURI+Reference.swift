// SPDX-License-Identifier: Apache-2.0

extension CoAPURI {
    /// A path and query without scheme and host, `sensors/kitchen?unit=K` (RFC 7252 §6.4, steps 8 and 9).
    public struct Reference: Hashable, Sendable {
        /// The path's segments, decoded.
        public var path: [String]

        /// The query's arguments, decoded.
        public var query: [String]

        /// A reference from its parts.
        public init(path: [String], query: [String] = []) {
            self.path = path
            self.query = query
        }

        /// Reads a path and query; a leading slash may be there or not.
        ///
        /// - Throws: ``CoAPError`` with code ``CoAPError/Code/invalidURI`` that says what is wrong.
        public init(_ text: String) throws(CoAPError) { try self.init(Array(text.utf8)[...], in: text) }

        init(_ text: ArraySlice<UInt8>, in uri: String) throws(CoAPError) {
            let mark = text.firstIndex(of: UInt8(ascii: "?")) ?? text.endIndex
            path = try Self.path(text[..<mark], in: uri)
            query = []
            guard mark < text.endIndex else { return }
            // A mark alone is one empty argument: without any there is no mark.
            let arguments = text[(mark + 1)...]
            for argument in arguments.split(separator: UInt8(ascii: "&"), omittingEmptySubsequences: false) {
                query.append(try Self.component(argument, in: uri))
            }
        }

        /// True when both have the same bytes in every part.
        public static func == (lhs: Reference, rhs: Reference) -> Bool {
            lhs.path.elementsEqual(rhs.path) { $0.hasSameBytes(as: $1) }
                && lhs.query.elementsEqual(rhs.query) { $0.hasSameBytes(as: $1) }
        }

        /// The segments, with `.` and `..` resolved (RFC 3986 §5.2.4).
        private static func path(_ text: ArraySlice<UInt8>, in uri: String) throws(CoAPError) -> [String] {
            var segments = text.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
            if segments.first?.isEmpty == true { segments.removeFirst() }
            var path: [String] = []
            for (index, segment) in segments.enumerated() {
                let decoded = try component(segment, in: uri)
                guard decoded.hasSameBytes(as: ".") || decoded.hasSameBytes(as: "..") else {
                    path.append(decoded)
                    continue
                }
                if decoded.hasSameBytes(as: "..") { _ = path.popLast() }
                // What a dot at the end names is a folder: its slash stays.
                if index == segments.count - 1 { path.append("") }
            }
            // A slash alone is the empty path; otherwise a trailing one is an empty last segment.
            return path == [""] ? [] : path
        }

        private static func component(_ text: ArraySlice<UInt8>, in uri: String) throws(CoAPError) -> String {
            guard let bytes = PercentEncoding.decode(text) else {
                throw CoAPURI.invalid(uri, "'%' must be followed by two hexadecimal digits")
            }
            guard bytes.count <= 255 else {
                throw CoAPURI.invalid(uri, "a path segment or query argument is longer than 255 bytes")
            }
            guard let decoded = String(validating: bytes, as: UTF8.self) else {
                throw CoAPURI.invalid(uri, "its escapes do not decode to UTF-8")
            }
            return decoded
        }
    }
}

extension CoAPURI.Reference: CustomStringConvertible {
    /// The reference as written, with a leading slash and escapes where needed (RFC 7252 §6.5): `/a%2Fb?x=1`.
    public var description: String {
        let segments = path.map { "/" + PercentEncoding.encode($0.utf8, also: PercentEncoding.path) }
        let arguments = query.map { PercentEncoding.encode($0.utf8, also: PercentEncoding.query) }
        return (segments.isEmpty ? "/" : segments.joined())
            + (arguments.isEmpty ? "" : "?" + arguments.joined(separator: "&"))
    }
}

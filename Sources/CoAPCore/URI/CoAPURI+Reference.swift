// SPDX-License-Identifier: Apache-2.0

extension CoAPURI {
    /// A path and query without scheme and host, `sensors/kitchen?unit=K` (RFC 7252 §6.4, steps 8 and 9).
    public struct Reference: Hashable, Sendable {
        /// The path's segments, decoded.
        public var path: [String]

        /// The query's arguments, decoded.
        public var query: [String]

        /// Reads a path and query; a leading slash may be there or not.
        ///
        /// - Throws: ``CoAPError`` with code ``CoAPError/Code/invalidURI`` that says what is wrong.
        public init(_ text: String) throws(CoAPError) { try self.init(text[...], in: text) }

        init(_ text: Substring, in uri: String) throws(CoAPError) {
            let mark = text.firstIndex(of: "?")
            let pathPart = text[..<(mark ?? text.endIndex)]
            var segments = pathPart.split(separator: "/", omittingEmptySubsequences: false)
            if segments.first?.isEmpty == true { segments.removeFirst() }
            // A lone slash is the empty path; otherwise a trailing one is an empty last segment.
            if segments == [""] { segments = [] }
            var path: [String] = []
            for segment in segments {
                let decoded = try Self.component(segment, in: uri)
                switch decoded {
                case ".": continue
                case "..": _ = path.popLast()
                default: path.append(decoded)
                }
            }
            // What is left of `/./` is `/`, the empty path.
            self.path = path == [""] ? [] : path
            guard let mark else {
                query = []
                return
            }
            let arguments = text[text.index(after: mark)...]
            var query: [String] = []
            if !arguments.isEmpty {
                for argument in arguments.split(separator: "&", omittingEmptySubsequences: false) {
                    query.append(try Self.component(argument, in: uri))
                }
            }
            self.query = query
        }

        private static func component(_ text: Substring, in uri: String) throws(CoAPError) -> String {
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

// SPDX-License-Identifier: Apache-2.0

package import CoAPCore
package import Yams

/// Reads what people write in YAML: mappings, lists and texts. Every error names the file, the line and the key, and says what may
/// stand there.
package struct YAMLReader: Sendable {
    /// A text with its line.
    package struct Text: Hashable, Sendable {
        /// The text.
        package let value: String
        /// Where it begins, from 1.
        package let line: Int
    }

    /// A member of a mapping.
    package struct Member {
        /// Its key.
        package let name: String
        /// The line of its key, from 1.
        package let line: Int
        /// Its value.
        package let value: Node
    }

    /// The largest file that is read: 1 MiB.
    package static let maximumSize = 1 << 20

    /// What the file is called in errors.
    package let name: String
    /// What kind of file it is.
    package let dialect: YAMLDialect

    /// A reader.
    ///
    /// - Parameters:
    ///   - name: what to call the file in errors.
    ///   - dialect: what kind of file it is.
    package init(name: String, dialect: YAMLDialect) {
        self.name = name
        self.dialect = dialect
    }

    /// An error about what stands on a line.
    ///
    /// - Parameters:
    ///   - line: from 1.
    ///   - key: the way to the key, `rules[1].on`; nil for the file itself.
    ///   - what: what is wrong, and what may stand there.
    package func problem(_ line: Int, _ key: String?, _ what: String) -> CoAPError {
        let place = "\(PrintableText.escaped(name.utf8)):\(line)"
        return CoAPError(dialect.code, "\(place): \(key.map { "\(PrintableText.escaped($0.utf8)): " } ?? "")\(what)")
    }

    /// The members of a mapping, whose keys are texts, in their order.
    ///
    /// - Parameters:
    ///   - node: the mapping.
    ///   - key: the way to it.
    ///   - allowed: the keys that are known; nil for any.
    ///   - names: what keys are called where any may stand.
    package func orderedMembers(
        of node: Node, _ key: String?, allowed: [String]?, names: String = "names"
    ) throws(CoAPError) -> [Member] {
        let names = allowed.map { $0.joined(separator: ", ") } ?? names
        guard let mapping = node.mapping else {
            throw problem(node.line, key, "is \(node.kind); write \(names), each with ':' and a space behind it")
        }
        var members: [Member] = []
        var known: Set<String> = []
        for (name, value) in mapping {
            guard let text = name.scalar?.string, !text.isEmpty else {
                throw problem(name.line, key, "a key is no text; known are \(names)")
            }
            let line = name.line
            guard allowed?.contains(text) ?? true else {
                let meant = allowed?.first { Spelling.isNear(text, $0) }
                let hint = meant.map { "; '\($0)' is meant perhaps" } ?? ""
                throw problem(
                    line, key, "'\(PrintableText.escaped(text.utf8))' is no key here; known are \(names)\(hint)")
            }
            guard known.insert(text).inserted else {
                throw problem(line, key, "'\(PrintableText.escaped(text.utf8))' stands more than once; join them")
            }
            members.append(Member(name: text, line: line, value: value))
        }
        return members
    }

    /// As ``orderedMembers(of:_:allowed:names:)``, by their keys.
    package func members(of node: Node, _ key: String?, allowed: [String]?) throws(CoAPError) -> [String: Node] {
        let members = try orderedMembers(of: node, key, allowed: allowed)
        return Dictionary(members.map { ($0.name, $0.value) }) { $1 }
    }

    /// One text, or a list of texts.
    ///
    /// - Parameters:
    ///   - node: the text or list.
    ///   - key: the way to it.
    ///   - emptyRemedy: what to do about an empty list; nil allows one.
    package func texts(_ node: Node, _ key: String, emptyRemedy: String?) throws(CoAPError) -> [Text] {
        guard let sequence = node.sequence else { return [try text(node, key)] }
        var texts: [Text] = []
        for element in sequence { texts.append(try text(element, key)) }
        if texts.isEmpty, let emptyRemedy { throw problem(node.line, key, "the list is empty; \(emptyRemedy)") }
        return texts
    }

    /// A text that is not empty.
    ///
    /// - Parameters:
    ///   - node: the text.
    ///   - key: the way to it.
    ///   - wanted: what may stand there.
    package func text(
        _ node: Node, _ key: String, wanted: String = "a text, or a list of texts"
    ) throws(CoAPError) -> Text {
        guard let scalar = node.scalar else {
            let hint = node.mapping == nil ? "" : dialect.mappingHint
            throw problem(node.line, key, "is \(node.kind); write \(wanted)\(hint)")
        }
        guard !node.isNothing else {
            throw problem(node.line, key, "is empty; a text that YAML takes for nothing stands in quotes")
        }
        return Text(value: scalar.string, line: node.line)
    }
}

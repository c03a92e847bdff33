// SPDX-License-Identifier: Apache-2.0

import CoAP
import Yams

// What may stand where, by the kinds of YAML: mappings, lists and texts.
extension PolicyReader {
    struct Text {
        let value: String
        let line: Int
    }

    /// The members of a mapping, whose keys are texts.
    func members(
        of node: Node, _ key: String?, allowed: [String]?
    ) throws(CoAPError) -> [String: Node] {
        let names = allowed.map { $0.joined(separator: ", ") } ?? "names"
        guard let mapping = node.mapping else {
            throw problem(node.line, key, "is \(node.kind); write \(names), each with ':' and a space behind it")
        }
        var members: [String: Node] = [:]
        for (name, value) in mapping {
            guard let text = name.scalar?.string, !text.isEmpty else {
                throw problem(name.line, key, "a key is no text; known are \(names)")
            }
            let line = name.line
            guard allowed?.contains(text) ?? true else {
                throw problem(line, key, "'\(PrintableText.escaped(text.utf8))' is no key here; known are \(names)")
            }
            guard members.updateValue(value, forKey: text) == nil else {
                throw problem(line, key, "'\(PrintableText.escaped(text.utf8))' stands more than once; join them")
            }
        }
        return members
    }

    /// One text, or a list of texts.
    func texts(_ node: Node, _ key: String) throws(CoAPError) -> [Text] {
        guard let sequence = node.sequence else { return [try text(node, key)] }
        var texts: [Text] = []
        for element in sequence { texts.append(try text(element, key)) }
        guard !texts.isEmpty || key.hasPrefix("groups") else {
            throw problem(node.line, key, "the list is empty; write what it is about, or take the rule out")
        }
        return texts
    }

    func text(_ node: Node, _ key: String) throws(CoAPError) -> Text {
        guard let scalar = node.scalar else {
            let hint = node.mapping == nil ? "" : ": behind the colon of psk:NAME stands no space"
            throw problem(node.line, key, "is \(node.kind); write a text, or a list of texts\(hint)")
        }
        let isNothing = scalar.style == .plain && ["", "~", "null", "Null", "NULL"].contains(scalar.string)
        guard !isNothing, !scalar.string.isEmpty else {
            throw problem(node.line, key, "is empty; a text that YAML takes for nothing stands in quotes")
        }
        return Text(value: scalar.string, line: node.line)
    }
}

extension Node {
    /// The line where it begins, from 1.
    var line: Int { mark?.line ?? 1 }

    /// What it is, for an error.
    var kind: String {
        if let scalar { return scalar.string.isEmpty ? "empty" : "a text" }
        return sequence == nil ? "a mapping" : "a list"
    }
}

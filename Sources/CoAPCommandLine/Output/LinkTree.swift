// SPDX-License-Identifier: Apache-2.0

import CoAP

/// Links as a tree of their paths.
struct LinkTree {
    private final class Node {
        let name: String
        /// Several of one path differ in what they say of it.
        var links: [Link] = []
        var children: [Node] = []
        private var places: [String: Int] = [:]

        init(_ name: String) { self.name = name }

        func child(_ name: String) -> Node {
            if let place = places[name] { return children[place] }
            let node = Node(name)
            places[name] = children.count
            children.append(node)
            return node
        }
    }

    private let root: Node

    /// Deeper paths stand on one line from there on: a server decides how deep its paths are.
    private static let maximumDepth = 12

    /// The tree of these links under a heading.
    init(_ document: LinkFormat, heading: String) {
        root = Node(heading)
        for link in document.links {
            var node = root
            if link.target.first == "/" {
                let segments = link.target.dropFirst().split(
                    separator: "/", maxSplits: Self.maximumDepth - 1, omittingEmptySubsequences: false)
                for segment in segments { node = node.child(String(segment)) }
            } else {
                // Elsewhere, as it stands.
                node = node.child(link.target)
            }
            node.links.append(link)
        }
    }

    /// The tree as text.
    func text(for terminal: Terminal) -> String {
        var lines = [PrintableText.escaped(root.name.utf8)]
        add(root, indent: "", to: &lines)
        let shown = lines.map { line in
            terminal.isInteractive && line.count > terminal.width ? line.prefix(terminal.width - 1) + "…" : line
        }
        return shown.joined(separator: "\n") + "\n"
    }

    private func add(_ node: Node, indent: String, to lines: inout [String]) {
        for (index, child) in node.children.enumerated() {
            let isLast = index == node.children.count - 1
            let name = child.name.isEmpty ? "/" : PrintableText.escaped(child.name.utf8)
            let texts = child.links.isEmpty ? [""] : child.links.map(Self.about)
            for (number, about) in texts.enumerated() {
                // What hangs below the path hangs below the last line of it.
                let branch = isLast && number == texts.count - 1 ? "└── " : "├── "
                lines.append(indent + branch + name + (about.isEmpty ? "" : "  " + about))
            }
            add(child, indent: indent + (isLast ? "    " : "│   "), to: &lines)
        }
    }

    /// What a link says of its target: title, type, interface, formats and the rest.
    private static func about(_ link: Link) -> String {
        var parts: [String] = []
        if let title = link["title"] { parts.append("\"\(title)\"") }
        if let type = link["rt"] { parts.append(type) }
        if let interface = link["if"] { parts.append(interface) }
        if let formats = link["ct"] { parts.append("(\(BodyRenderer.formats(formats)))") }
        if link["obs"] != nil { parts.append("observable") }
        let known: Set = ["title", "rt", "if", "ct", "obs"]
        parts += link.attributes.filter { !known.contains($0.name) }.map { attribute in
            attribute.value.map { "\(attribute.name)=\($0)" } ?? attribute.name
        }
        return PrintableText.escaped(parts.joined(separator: " ").utf8)
    }
}

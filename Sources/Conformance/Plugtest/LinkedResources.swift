// SPDX-License-Identifier: Apache-2.0

import CoAP

/// `/link1` to `/link3` and `/path` with what is below it: for the cases of link-format.
enum LinkedResources {
    static func register(on router: Router) {
        let links: [(path: String, types: [String], interface: String)] = [
            ("link1", ["Type1", "Type2"], "If1"), ("link2", ["Type2", "Type3"], "If2"),
            ("link3", ["Type1", "Type3"], "foo"),
        ]
        for link in links {
            var attributes = LinkAttributes(interface: link.interface, contentFormats: [.text])
            attributes.resourceTypes = link.types
            router.get(link.path, attributes: attributes) { _, _ in Response(text: "/\(link.path)") }
        }
        let children = (1...3).map { "path/sub\($0)" }
        router.get("path", attributes: .init(contentFormats: [.linkFormat])) { _, _ in
            LinkFormat(children.map { Link(target: "/" + $0) })
        }
        for child in children {
            router.get(child, attributes: .init(contentFormats: [.text])) { _, _ in Response(text: "/" + child) }
        }
    }
}

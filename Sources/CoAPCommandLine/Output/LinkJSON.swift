// SPDX-License-Identifier: Apache-2.0

import CoAP
import SenML

/// Links as JSON, for scripts.
enum LinkJSON {
    /// A list of objects with `href` and the attributes; one without a value is true.
    static func list(_ document: LinkFormat) -> JSONValue {
        .array(
            document.links.map { link in
                var members = [JSONValue.Member("href", .string(link.target))]
                for attribute in link.attributes where !members.contains(where: { $0.name == attribute.name }) {
                    members.append(.init(attribute.name, attribute.value.map(JSONValue.string) ?? .bool(true)))
                }
                return .object(members)
            })
    }
}

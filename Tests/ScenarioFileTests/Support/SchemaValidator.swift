// SPDX-License-Identifier: Apache-2.0

import Yams

/// Judges values by the keywords of JSON Schema that the scenarios' schema uses. A keyword that it does not know is an error.
struct SchemaValidator {
    let root: Node

    private static let annotations: Set<String> = [
        "description", "examples", "default", "title", "$schema", "$id", "$defs", "then",
    ]

    /// What does not fit, each with its place; empty for what fits.
    func findings(_ value: Node, _ schema: Node? = nil, at place: String = "$") -> [String] {
        let schema = schema ?? root
        if let word = schema.scalar?.string { return word == "false" ? ["\(place): must not be"] : [] }
        guard let keywords = schema.mapping else { return ["\(place): no schema"] }
        var findings: [String] = []
        for (key, argument) in keywords {
            let keyword = key.scalar?.string ?? ""
            guard !Self.annotations.contains(keyword) else { continue }
            findings += self.findings(value, keyword, argument, keywords, place)
        }
        return findings
    }

    private func findings(
        _ value: Node, _ keyword: String, _ argument: Node, _ schema: Node.Mapping, _ place: String
    ) -> [String] {
        func fits(_ schema: Node) -> Bool { findings(value, schema, at: place).isEmpty }
        func need(_ holds: Bool) -> [String] { holds ? [] : ["\(place): \(keyword)"] }
        let number = value.number
        switch keyword {
        case "$ref":
            let name = argument.scalar?.string.split(separator: "/").last.map(String.init) ?? ""
            guard let target = root.mapping?["$defs"]?.mapping?[Node(name)] else { return ["no definition \(name)"] }
            return findings(value, target, at: place)
        case "type": return need(value.isOf(type: argument.scalar?.string ?? ""))
        case "enum": return need(argument.sequence?.contains { $0.isSame(as: value) } ?? false)
        case "const": return need(argument.isSame(as: value))
        case "pattern":
            guard value.isOf(type: "string"), let pattern = argument.scalar?.string else { return [] }
            guard let regex = try? Regex(pattern) else { return ["\(place): no pattern \(pattern)"] }
            return need((value.scalar?.string ?? "").contains(regex))
        case "minLength":
            return need(!value.isOf(type: "string") || (value.scalar?.string.count ?? 0) >= argument.count)
        case "maxLength": return need((value.scalar?.string.count ?? 0) <= argument.count)
        case "minimum": return need(number.map { $0 >= argument.number ?? 0 } ?? true)
        case "maximum": return need(number.map { $0 <= argument.number ?? 0 } ?? true)
        case "exclusiveMinimum": return need(number.map { $0 > argument.number ?? 0 } ?? true)
        case "minItems": return need(value.sequence.map { $0.count >= argument.count } ?? true)
        case "maxItems": return need(value.sequence.map { $0.count <= argument.count } ?? true)
        case "minProperties": return need(value.mapping.map { $0.count >= argument.count } ?? true)
        case "maxProperties": return need(value.mapping.map { $0.count <= argument.count } ?? true)
        case "required":
            guard let mapping = value.mapping else { return [] }
            return argument.sequence?.flatMap { mapping[$0] == nil ? ["\(place): no \($0.scalar?.string ?? "")"] : [] }
                ?? []
        case "dependentRequired":
            guard let mapping = value.mapping else { return [] }
            return argument.mapping?.flatMap { key, needed in
                need(mapping[key] == nil || needed.sequence?.allSatisfy { mapping[$0] != nil } ?? true)
            } ?? []
        case "properties":
            guard let mapping = value.mapping else { return [] }
            return argument.mapping?.flatMap { key, schema in
                mapping[key].map { findings($0, schema, at: "\(place).\(key.scalar?.string ?? "")") } ?? []
            } ?? []
        case "additionalProperties":
            let known = schema["properties"]?.mapping
            return value.mapping?.flatMap { key, member in
                known?[key] == nil ? findings(member, argument, at: "\(place).\(key.scalar?.string ?? "")") : []
            } ?? []
        case "propertyNames":
            return value.mapping?.flatMap { key, _ in
                findings(Node(key.scalar?.string ?? "", Tag(.str), .doubleQuoted), argument, at: place)
            } ?? []
        case "items":
            return value.sequence?.enumerated().flatMap { findings($1, argument, at: "\(place)[\($0)]") } ?? []
        case "prefixItems":
            guard let items = value.sequence, let schemas = argument.sequence else { return [] }
            return zip(items, schemas).flatMap { findings($0, $1, at: place) }
        case "anyOf": return need(argument.sequence?.contains(where: fits) ?? false)
        case "oneOf": return need(argument.sequence?.filter(fits).count == 1)
        case "allOf": return argument.sequence?.flatMap { findings(value, $0, at: place) } ?? []
        case "if":
            guard fits(argument), let then = schema["then"] else { return [] }
            return findings(value, then, at: place)
        default: return ["\(place): the keyword \(keyword) is unknown"]
        }
    }
}

extension Node {
    /// As JSON and the core schema of YAML see it: a number, true or false, or a text.
    func isOf(type: String) -> Bool {
        switch type {
        case "object": mapping != nil
        case "array": sequence != nil
        case "number": number != nil
        case "integer": number.map { $0 == $0.rounded() } ?? false
        case "boolean": isFlag
        default: scalar != nil && number == nil && !isFlag
        }
    }

    var number: Double? {
        guard let scalar, scalar.style == .plain, scalar.string.first.map({ "-+.0123456789".contains($0) }) == true
        else {
            return nil
        }
        return Double(scalar.string)
    }

    var count: Int { Int(number ?? 0) }

    private var isFlag: Bool { scalar.map { $0.style == .plain && ["true", "false"].contains($0.string) } ?? false }

    func isSame(as other: Node) -> Bool {
        if let number { return number == other.number }
        return isFlag == other.isFlag && scalar != nil && scalar?.string == other.scalar?.string && other.number == nil
    }
}

// SPDX-License-Identifier: Apache-2.0

import CBOR
public import CoAP
import SenML

extension FaultCommand: DecodableRepresentation {
    /// Text, which is assumed where a request names nothing, JSON and CBOR.
    public static var acceptedFormats: [ContentFormat] { [.text, .json, .cbor] }

    /// The most bytes that are read.
    static let maximumLength = 1_024

    /// Reads a sentence in text, or an object in JSON or CBOR.
    ///
    /// - Throws: `ResponseError` with 4.00 that lists what can be written.
    public init(decoding payload: [UInt8], as format: ContentFormat) throws(ResponseError) {
        guard payload.count <= Self.maximumLength else {
            throw Self.refusal("it is longer than \(Self.maximumLength) bytes")
        }
        switch format {
        case .json: self = try Self.read(try? JSONParser.parse(payload))
        case .cbor: self = try Self.read((try? CBORReader.parse(payload)).flatMap { JSONValue($0) })
        default:
            guard let text = String(validating: payload, as: UTF8.self) else {
                throw Self.refusal("it is no text in UTF-8")
            }
            try self.init(text)
        }
    }

    /// Reads a sentence: `offset 3 room-*/sensors/temperature for 1 min`.
    ///
    /// - Throws: `ResponseError` with 4.00 that lists what can be written.
    public init(_ sentence: String) throws(ResponseError) {
        var words = sentence.split(whereSeparator: \.isWhitespace)[...]
        let name = words.popFirst().map { $0.lowercased() } ?? ""
        var size: Double?
        if Self.takesNumber(name), let number = words.first.flatMap({ Double($0) }) {
            size = number
            words.removeFirst()
        }
        let isSilent = Self.takeSilence(&words)
        let duration = try Self.takeDuration(&words)
        let kind = try Self.kind(name, size: size, farewell: !isSilent)
        guard !isSilent || name == "reboot" else { throw Self.refusal("only a reboot says farewell") }
        guard let target = words.popFirst() else { throw Self.refusal("\(name) names no device, such as room-007") }
        guard words.isEmpty else {
            throw Self.refusal("'\(PrintableText.escaped(words.joined(separator: " ").utf8.prefix(40)))' is too much")
        }
        self.init(kind, FaultTarget(target), duration: duration)
    }

    /// Takes `without farewell` out.
    private static func takeSilence(_ words: inout ArraySlice<Substring>) -> Bool {
        guard let place = words.firstIndex(of: "without"),
            words.dropFirst(place - words.startIndex + 1).first == "farewell"
        else { return false }
        words.removeSubrange(place...place + 1)
        return true
    }

    /// Takes `for 30 s` from the end.
    private static func takeDuration(_ words: inout ArraySlice<Substring>) throws(ResponseError) -> Double? {
        guard let place = words.firstIndex(of: "for") else { return nil }
        let text = words[(place + 1)...].joined(separator: " ")
        words = words[..<place]
        return try duration(DurationPhrase.seconds(text), text)
    }

    private static func duration(_ seconds: Double?, _ text: String) throws(ResponseError) -> Double {
        guard let seconds, (0...maximumDuration).contains(seconds) else {
            throw refusal(
                "for '\(PrintableText.escaped(text.utf8.prefix(40)))' is no time up to 30 days: write \(DurationPhrase.help)"
            )
        }
        return seconds
    }

    /// Reads an object.
    private static func read(_ value: JSONValue?) throws(ResponseError) -> FaultCommand {
        guard case .object(let members)? = value else { throw refusal("it is no object of JSON or CBOR") }
        let known = ["fault", "size", "devices", "resource", "for", "farewell"]
        if let unknown = members.first(where: { !known.contains($0.name) }) {
            throw refusal(
                "'\(PrintableText.escaped(unknown.name.utf8.prefix(40)))' is none of \(known.joined(separator: ", "))")
        }
        func member<Kind>(_ name: String, _ what: String, _ read: (JSONValue) -> Kind?) throws(ResponseError) -> Kind? {
            guard let value = value?[name] else { return nil }
            guard let result = read(value) else { throw refusal("\(name) takes \(what)") }
            return result
        }
        let text: (JSONValue) -> String? = { if case .string(let text) = $0 { text } else { nil } }
        let flag: (JSONValue) -> Bool? = { if case .bool(let flag) = $0 { flag } else { nil } }
        let name = try member("fault", "a name: \(names.joined(separator: ", "))", text) ?? ""
        let size = try member("size", "a number", \.double)
        let devices = try member("devices", "a pattern of names, room-*", text) ?? "*"
        let resource = try member("resource", "a path, sensors/temperature", text)
        let farewell = try member("farewell", "true or false", flag)
        var length: Double?
        if let value = value?["for"] {
            let phrase = text(value)
            length = try duration(
                phrase.flatMap { DurationPhrase.seconds($0) } ?? value.double, phrase ?? value.compact)
        }
        return FaultCommand(
            try kind(name, size: size, farewell: farewell ?? true),
            FaultTarget(devices: devices, resource: resource.map { $0.hasPrefix("/") ? String($0.dropFirst()) : $0 }),
            duration: length)
    }
}

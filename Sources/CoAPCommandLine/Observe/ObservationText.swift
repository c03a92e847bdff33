// SPDX-License-Identifier: Apache-2.0

import CBOR
import CoAP
import Foundation
import SenML

/// What `coap observe` writes of each state.
enum ObservationText {
    /// A moment as ISO 8601 with milliseconds, in UTC.
    static func time(_ date: Date) -> String {
        let formatter = ISO8601DateFormatter()
        formatter.formatOptions = [.withInternetDateTime, .withFractionalSeconds]
        return formatter.string(from: date)
    }

    /// The body on one line: JSON without its white space, CBOR in diagnostic notation (RFC 8949 §8), text without what would
    /// drive a terminal, other bytes as digits.
    static func line(_ response: Response) -> String {
        if response.contentFormat?.isJSON == true, let value = try? JSONParser.parse(response.payload) {
            return PrintableText.escaped(value.compact.utf8)
        }
        let isCBOR = response.contentFormat?.isCBOR == true
        if isCBOR, let value = try? CBORReader.parse(response.payload) {
            return PrintableText.escaped(value.diagnostic.utf8)
        }
        // What is no CBOR is no text either.
        guard !isCBOR, var text = String(validating: response.payload, as: UTF8.self) else {
            return "0x" + Hexadecimal.encode(response.payload)
        }
        while text.last?.isNewline == true { text.removeLast() }
        return PrintableText.escaped(text.utf8)
    }

    /// What a person reads of a state that is no value.
    static func note(_ state: ObservationState, now: ContinuousClock.Instant = .now, date: Date = Date()) -> String {
        switch state {
        case .value: ""
        case .stale(let since, let cause):
            "stale since \(time(date.addingTimeInterval(-(now - since).inSeconds))), no value came since"
                + (cause.map { ": \($0); trying again" } ?? "")
        case .resumed: "resumed"
        case .ended(.response(let response)):
            "ended by the server: \(response.code)"
                + (response.payload.isEmpty ? "" : ": \(PrintableText.escaped(response.payload))")
        case .ended(.notObserved):
            "the server does not notify of this resource: this is its present state, and no more comes"
        case .ended(.closed(let error)), .ended(.gaveUp(let error)): "ended: \(error)"
        }
    }

    /// A state as one JSON object.
    static func json(_ state: ObservationState, now: ContinuousClock.Instant = .now, date: Date = Date()) -> JSONValue {
        var members: [JSONValue.Member] = [.init("time", .string(time(date)))]
        func add(_ name: String, _ value: JSONValue) { members.append(.init(name, value)) }
        switch state {
        case .value(let notification):
            let response = notification.response
            add("state", .string("value"))
            add("sequence", notification.sequence.map { .number(String($0)) } ?? .null)
            add("code", .string(response.code.dotted))
            add("contentFormat", response.contentFormat.map { .string($0.description) } ?? .null)
            add("payload", .string(Hexadecimal.encode(response.payload)))
            if let text = String(validating: response.payload, as: UTF8.self) { add("text", .string(text)) }
            if response.contentFormat?.isJSON == true, let value = try? JSONParser.parse(response.payload) {
                add("json", value)
            }
            if let number = NumericReading.number(in: response.payload, response.contentFormat) {
                add("value", .number(number))
            }
        case .stale(let since, let cause):
            add("state", .string("stale"))
            add("since", .string(time(date.addingTimeInterval(-(now - since).inSeconds))))
            if let cause { add("message", .string(cause.description)) }
        case .resumed: add("state", .string("resumed"))
        case .ended(let end):
            add("state", .string("ended"))
            switch end {
            case .response(let response):
                add("reason", .string("response"))
                add("code", .string(response.code.dotted))
                if let text = String(validating: response.payload, as: UTF8.self) { add("text", .string(text)) }
            case .notObserved: add("reason", .string("notObserved"))
            case .closed(let error):
                add("reason", .string("closed"))
                add("message", .string(error.description))
            case .gaveUp(let error):
                add("reason", .string("gaveUp"))
                add("message", .string(error.description))
            }
        }
        return .object(members)
    }
}

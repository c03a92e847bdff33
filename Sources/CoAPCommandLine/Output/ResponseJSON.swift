// SPDX-License-Identifier: Apache-2.0

import CoAP
import SenML

/// A response with all there is to know about it as one JSON object, for scripts.
enum ResponseJSON {
    /// The object; of a list of links those that `links` leaves, while the payload stays as it came.
    static func object(
        _ request: Request, _ response: Response, uri: CoAPURI, info: ConnectionInfo, duration: Duration,
        links: (LinkFormat) -> LinkFormat = { $0 }
    ) -> JSONValue {
        let options = response.options.map { option -> JSONValue in
            let value: JSONValue =
                switch option.number.format {
                case .uint: option.uint.map { .number(String($0)) } ?? .string(Hexadecimal.encode(option.value))
                case .string: .string(option.string)
                case .empty: .null
                case .opaque: .string(Hexadecimal.encode(option.value))
                }
            return .object([
                .init("number", .number(String(option.number.rawValue))),
                .init("name", .string(option.number.description)), .init("value", value),
            ])
        }
        var members: [JSONValue.Member] = [
            .init("uri", .string(uri.description)), .init("method", .string(request.method.description)),
            .init("code", .string(response.code.dotted)),
            .init("name", response.code.name.map(JSONValue.string) ?? .null),
            .init("options", .array(options)),
            .init("contentFormat", response.contentFormat.map { .string($0.description) } ?? .null),
            .init("payload", .string(Hexadecimal.encode(response.payload))),
        ]
        if let text = String(validating: response.payload, as: UTF8.self) {
            members.append(.init("text", .string(text)))
            if response.contentFormat?.isJSON == true, let value = try? JSONParser.parse(response.payload) {
                members.append(.init("json", value))
            }
        }
        if response.contentFormat == .linkFormat, let document = try? LinkFormat(parsing: response.payload) {
            members.append(.init("links", LinkJSON.list(links(document))))
        }
        members.append(.init("connection", connection(info)))
        members.append(
            .init(
                "milliseconds",
                .object([
                    .init("lookUp", milliseconds(info.lookUpDuration)),
                    .init("handshake", milliseconds(info.handshakeDuration)), .init("response", milliseconds(duration)),
                ])))
        return .object(members)
    }

    /// What is known of a connection.
    static func connection(_ info: ConnectionInfo) -> JSONValue {
        .object([
            .init("remoteAddress", info.remoteAddress.map { .string($0.description) } ?? .null),
            .init("version", info.version.map(JSONValue.string) ?? .null),
            .init("cipherSuite", info.cipherSuite.map(JSONValue.string) ?? .null),
            .init("server", .string(info.serverIdentity.description)),
        ])
    }

    static func milliseconds(_ duration: Duration) -> JSONValue {
        .number((duration.inSeconds * 1e6).rounded() / 1000)
    }
}

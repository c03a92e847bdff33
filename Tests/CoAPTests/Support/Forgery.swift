// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPTesting
import TestSupport

/// What somebody can send in a server's name who sees nothing of a request: its token he does not know, its message id he may
/// guess.
enum Forgery: CaseIterable {
    case response, challenge, untokened, block, request, bareReset, ping
    case nonConfirmable, nonConfirmableBlock, nonConfirmableRequest, nonConfirmableEmpty
    case confirmable, confirmableBlock, confirmableRequest
    case reset, resetWithCode, emptyAcknowledgement
    case otherClass, signal, otherVersion, malformed, short

    /// Those that say nothing of the message with their id to a client that goes by the rules: it repeats its request after them.
    /// An empty acknowledgement and a reset bear no token (RFC 7252 §4.2), so they end the repetitions, whoever sends them.
    static let powerless = allCases.filter { ![.reset, .emptyAcknowledgement, .signal].contains($0) }

    static let token: [UInt8] = [0xBA, 0xD0, 0xBA, 0xD0, 0xBA, 0xD0, 0xBA, 0xD0]

    /// The datagram with a message id.
    func datagram(_ id: UInt16) -> [UInt8] {
        let text = Array("forged".utf8)
        func message(
            _ type: MessageType, _ code: Code = .content, token: [UInt8] = Self.token, options: Options = Options()
        ) -> [UInt8] {
            Message(type: type, code: code, messageID: id, token: token, options: options, payload: text).bytes
        }
        let block: Options = [CoAPOption(.block2, uint: 0x0A)]
        switch self {
        case .response: return message(.acknowledgement)
        case .challenge: return message(.acknowledgement, .unauthorized, options: [CoAPOption(.echo, [1, 2, 3])])
        case .untokened: return message(.acknowledgement, token: [])
        case .block: return message(.acknowledgement, options: block)
        case .request: return message(.acknowledgement, Code(rawValue: 1))
        case .bareReset: return Message(.reset, .empty, messageID: id &+ 1).bytes
        case .ping: return Message(.confirmable, .empty, messageID: id).bytes
        case .nonConfirmable: return message(.nonConfirmable)
        case .nonConfirmableBlock: return message(.nonConfirmable, options: block)
        case .nonConfirmableRequest: return message(.nonConfirmable, Code(rawValue: 1))
        case .nonConfirmableEmpty: return Message(.nonConfirmable, .empty, messageID: id).bytes
        case .confirmable: return message(.confirmable)
        case .confirmableBlock: return message(.confirmable, options: block)
        case .confirmableRequest: return message(.confirmable, Code(rawValue: 1))
        case .reset: return Message(.reset, .empty, messageID: id).bytes
        case .resetWithCode: return message(.reset)
        case .emptyAcknowledgement: return Message(.acknowledgement, .empty, messageID: id).bytes
        case .otherClass: return message(.acknowledgement, Code(rawValue: 0x21))
        case .signal: return message(.acknowledgement, Code(rawValue: 0xE1))
        case .otherVersion: return [0xA0] + message(.acknowledgement).dropFirst()
        case .malformed: return message(.acknowledgement).prefix(12) + [0xD1]
        case .short: return [0x60, 0x45]
        }
    }

    /// Datagrams of all kinds in any order, with ids around one.
    static func flood(around id: UInt16, count: Int, _ generator: inout SeededGenerator) -> [[UInt8]] {
        (0..<count).map { _ in
            let kind = allCases[Int.random(in: 0..<allCases.count, using: &generator)]
            // Of the id itself half.
            let offset = Bool.random(using: &generator) ? 0 : UInt16.random(in: 0...UInt16.max, using: &generator)
            return kind.datagram(id &+ offset)
        }
    }
}

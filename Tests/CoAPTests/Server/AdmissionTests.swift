// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import CoAP

@Suite("Admission, without a network")
struct AdmissionTests {
    private func judge(
        _ options: Options = Options(), _ type: MessageType = .confirmable, bodySize: Int = 0,
        _ load: Admission.Load = .init(), _ configuration: ServerConfiguration = .init()
    ) -> Admission.Verdict {
        Admission(configuration).verdict(OptionScan(options), type, bodySize: bodySize, load)
    }

    private func code(_ verdict: Admission.Verdict) -> Code? {
        switch verdict {
        case .refuse(let response), .turnAway(let response, _): response.code
        case .admit, .ignore: nil
        }
    }

    @Test(
        "Limits that are reached answer 5.03, or 4.29 for a peer's own, with Max-Age, and say which it was (RFC 8516)")
    func load() {
        #expect(judge() == .admit)
        for (load, expected, code) in [
            (Admission.Load(ofPeer: 64), "overload", Code.tooManyRequests),
            (Admission.Load(inAll: 10_000), "overload", .serviceUnavailable),
            (Admission.Load(ofPeer: 64, inAll: 10_000), "overload", .serviceUnavailable),
            (Admission.Load(isStopping: true), "stopping", .serviceUnavailable),
        ] {
            guard case .turnAway(let response, let reason) = judge(Options(), .confirmable, load) else {
                Issue.record("it was let in")
                continue
            }
            #expect(reason == expected)
            #expect(response.code == code)
            #expect(response.options.maxAge == 5)
        }
        #expect(judge(Options(), .confirmable, .init(ofPeer: 63, inAll: 9_999)) == .admit)
    }

    @Test("A limit of zero or less is taken as one")
    func smallestLimits() {
        var configuration = ServerConfiguration()
        configuration.maximumRequestsPerSession = 0
        configuration.maximumRequests = -5
        configuration.maximumBodySize = -1
        #expect(judge(Options(), .confirmable, .init(), configuration) == .admit)
        #expect(code(judge(Options(), .confirmable, bodySize: 1, .init(), configuration)) == .requestEntityTooLarge)
    }

    @Test("A critical option too many: 4.02, and silence for a non-confirmable request (RFC 7252 §5.4.5)")
    func repeatedOptions() {
        for number in [OptionNumber.accept, .uriHost, .uriPort, .ifNoneMatch] {
            let option = CoAPOption(number, number == .ifNoneMatch ? [] : [1])
            #expect(code(judge([option, option])) == .badOption, "\(number)")
            #expect(judge([option, option], .nonConfirmable) == .ignore, "\(number)")
            #expect(judge([option]) == .admit)
        }
        for number in [OptionNumber.uriPath, .uriQuery, .ifMatch, .contentFormat, .observe] {
            #expect(judge([CoAPOption(number, [1]), CoAPOption(number, [1])]) == .admit, "\(number)")
        }
    }

    @Test("'.' and '..' are no segments (RFC 7252 §5.10.1)")
    func dots() {
        for (segment, isGood) in [(".", false), ("..", false), ("...", true), ("", true), (".a", true), ("a.", true)] {
            let verdict = judge([CoAPOption(.uriPath, string: "x"), CoAPOption(.uriPath, string: segment)])
            #expect((verdict == .admit) == isGood, "\(segment)")
            #expect(isGood || code(verdict) == .badRequest)
        }
    }

    @Test("Blocks are let in, size 7 is reserved (RFC 7959 §2.2)")
    func blocks() {
        for (number, value, expected) in [
            (OptionNumber.block1, 0x06, nil), (.block1, 0x0E, nil), (.block1, 0x16, nil),
            (.block1, 0x07, Code.badRequest), (.block2, 0x12, nil), (.block2, 0x07, .badRequest),
        ] {
            #expect(code(judge([CoAPOption(number, uint: UInt64(value))])) == expected, "\(number) \(value)")
        }
    }
}

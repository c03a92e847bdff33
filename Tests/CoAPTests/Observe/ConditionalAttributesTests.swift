// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import CoAP

@Suite("When an observer wants to be notified (draft-ietf-core-conditional-attributes)")
struct ConditionalAttributesTests {
    private static func parse(_ query: String...) throws -> ConditionalAttributes {
        try ConditionalAttributes(query: query)
    }

    @Test("All are read, with decimals")
    func all() throws {
        let read = try Self.parse("pmin=0.5", "pmax=10", "gt=21.5", "lt=-3", "st=0.1", "band", "unit=K")
        #expect(read.minimumPeriod == .milliseconds(500))
        #expect(read.maximumPeriod == .seconds(10))
        #expect(read.greaterThan == 21.5)
        #expect(read.lessThan == -3)
        #expect(read.step == 0.1)
        #expect(read.isBand)
        #expect(try Self.parse("c.pmin=0.5", "c.pmax=10", "c.gt=21.5", "c.lt=-3", "c.st=0.1", "c.band") == read)
    }

    @Test(
        "Malformed ones are refused with 4.00 and a reason",
        arguments: [
            ["pmin=0"], ["pmin=-1"], ["pmin"], ["pmin=x"], ["pmax=0"], ["pmin=5", "pmax=4"], ["gt="], ["lt=nan"],
            ["st=0"],
            ["st=-2"], ["gt=1", "c.gt=2"], ["band"], ["pmax=inf"], ["pmax=1e30"],
        ])
    func malformed(query: [String]) {
        let error = #expect(throws: ResponseError.self) { try ConditionalAttributes(query: query) }
        #expect(error?.code == .badRequest)
        #expect(error?.diagnostic?.isEmpty == false)
    }

    @Test("Without a condition on the value every change counts, and so it does without a number")
    func always() throws {
        #expect(try Self.parse("pmin=1").admits(5, after: 5))
        #expect(try Self.parse("gt=1").admits(nil, after: 5))
        #expect(try Self.parse("gt=1").admits(5, after: nil))
    }

    @Test("gt and lt count crossings, up and back")
    func crossings() throws {
        let greater = try Self.parse("gt=20")
        #expect(greater.admits(20.1, after: 20))
        #expect(greater.admits(19, after: 21))
        #expect(!greater.admits(25, after: 21))
        #expect(!greater.admits(20, after: 19))
        let less = try Self.parse("lt=10")
        #expect(less.admits(9, after: 10))
        #expect(less.admits(11, after: 9))
        #expect(!less.admits(3, after: 9))
    }

    @Test("st counts the change since the last notification")
    func step() throws {
        let step = try Self.parse("st=0.5")
        #expect(step.admits(20.5, after: 20))
        #expect(step.admits(19.5, after: 20))
        #expect(!step.admits(20.4, after: 20))
    }

    @Test("band notifies within its ends, or outside of them when they stand the other way round; with st, by steps")
    func band() throws {
        let inner = try Self.parse("band", "gt=20", "lt=25")
        #expect(inner.admits(20, after: 22) && inner.admits(25, after: 22))
        #expect(!inner.admits(19, after: 22) && !inner.admits(26, after: 22))
        let outer = try Self.parse("band=0", "gt=25", "lt=20")
        #expect(outer.admits(26, after: 22) && outer.admits(19, after: 22))
        #expect(!outer.admits(22, after: 30))
        let steps = try Self.parse("band", "lt=20", "st=2")
        #expect(steps.admits(24, after: 22) && !steps.admits(23, after: 22))
        #expect(!steps.admits(10, after: 22), "a step outside of it is none")
        #expect(try Self.parse("band", "lt=20").admits(21, after: 30))
        #expect(try !Self.parse("band", "gt=20").admits(21, after: 30))
    }

    @Test("Nobody is told a longer Max-Age than pmax")
    func maximumAge() throws {
        #expect(try Self.parse("pmax=2.5").maximumAge(nil) == 3)
        #expect(try Self.parse("pmax=30").maximumAge(5) == 5)
        #expect(try Self.parse("pmax=300").maximumAge(nil) == nil, "60 is said by saying nothing")
        #expect(try Self.parse("pmin=1").maximumAge(nil) == nil)
        #expect(try Self.parse("pmin=1").maximumAge(90) == 90)
    }

    @Test("The handler's request is without them, the rest of the query stays")
    func removed() throws {
        let request = try Request(.get, "t?pmin=1&unit=K&band&gt=3")
        #expect(try request.withoutConditionalAttributes().options.uriQuery == ["unit=K"])
        #expect(request.sharedByObservers.options.uriQuery == ["unit=K"])
    }

    @Test("A representation's number is read from text and SenML")
    func numbers() {
        #expect(ObservedNumber.find(in: Response(.content, text: "21.5")) == 21.5)
        #expect(ObservedNumber.find(in: Response(.content, text: "-3.5 °C")) == -3.5)
        #expect(ObservedNumber.find(in: Response(.content, text: "on")) == nil)
        let pack = #"[{"bn":"urn:x:","n":"state","vs":"ok"},{"n":"t","v":7.25}]"#
        #expect(ObservedNumber.find(in: Response(payload: Array(pack.utf8), contentFormat: .senMLJSON)) == 7.25)
        #expect(ObservedNumber.find(in: Response(payload: Array("[".utf8), contentFormat: .senMLJSON)) == nil)
    }
}

// Definitions, and parts of them, that more than one test deploys.
#pragma once

namespace pawl::test {

inline constexpr char kPassMachine[] =
    R"({"StartAt":"A","States":{"A":{"Type":"Pass","End":true}}})";

// For a minute.
inline constexpr char kWaitMachine[] =
    R"({"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":60,"End":true}}})";

// A field of a distributed Map.
inline constexpr char kResultWriter[] =
    R"("ResultWriter":{"Resource":"arn:aws:states:::s3:putObject",
       "Parameters":{"Bucket":"bkt","Prefix":"out"}})";

}  // namespace pawl::test

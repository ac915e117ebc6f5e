"""What a file of flights looks like, and by what the flights can be split into files."""

from typing import Literal

Split = Literal["carrier-month", "day"]
HEADER = (
    "year,month,day,dep_time,sched_dep_time,dep_delay,arr_time,sched_arr_time,arr_delay,carrier,flight,tailnum,"
    "origin,dest,air_time,distance,hour,minute,time_hour"
)
COLUMNS = HEADER.split(",")
MISSING = "NA"
MANIFEST = "files.json"

"""Shards of a log through a local Spark cluster: map is `logscope analyze --partial -`, reduce is `logscope merge --json -`.

spark_shards.py FOLDER NODE PROGRAM prints what the reduce step prints.
"""
import shlex
import sys

from pyspark import SparkConf, SparkContext

folder, node, program = sys.argv[1:]
logscope = f"{shlex.quote(node)} {shlex.quote(program)}"
# Two workers with a core each, as processes of their own.
conf = SparkConf().setMaster("local-cluster[2,1,512]").setAppName("logscope").set("spark.ui.enabled", "false")
conf = conf.set("spark.executor.memory", "512m").set("spark.driver.memory", "512m")
context = SparkContext(conf=conf)
context.setLogLevel("ERROR")
lines = context.textFile(f"file://{folder}/*.log")
partials = lines.pipe(f"{logscope} analyze --partial --timezone UTC -", checkCode=True)
summary = partials.coalesce(1).pipe(f"{logscope} merge --json -", checkCode=True).collect()
print("\n".join(summary))
context.stop()

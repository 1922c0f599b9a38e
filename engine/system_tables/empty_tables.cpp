// What clients look for and Tidemark has none of: tables with the columns that are read, and no rows.

#include "engine/system_tables/system_table.h"

namespace tidemark {

void add_empty_tables(SystemTableList& list) {
  constexpr std::pair<std::string_view, std::string_view> kTables[] = {
      {"pg_inherits", "inhrelid:oid inhparent:oid inhseqno:int4 inhdetachpending:bool"},
      {"pg_trigger",
       "oid:oid tgrelid:oid tgparentid:oid tgname:name tgfoid:oid tgtype:int2 tgenabled:\"char\" tgisinternal:bool "
       "tgconstrrelid:oid tgconstraint:oid"},
      {"pg_rewrite", "oid:oid rulename:name ev_class:oid ev_type:\"char\" ev_enabled:\"char\" is_instead:bool"},
      {"pg_policy",
       "oid:oid polname:name polrelid:oid polcmd:\"char\" polpermissive:bool polroles:oid[] polqual:pg_node_tree "
       "polwithcheck:pg_node_tree"},
      {"pg_policies",
       "schemaname:name tablename:name policyname:name permissive:text roles:text[] cmd:text qual:text "
       "with_check:text"},
      {"pg_statistic_ext",
       "oid:oid stxrelid:oid stxname:name stxnamespace:oid stxowner:oid stxstattarget:int4 stxkeys:int2vector "
       "stxkind:text[]"},
      {"pg_publication",
       "oid:oid pubname:name pubowner:oid puballtables:bool pubinsert:bool pubupdate:bool pubdelete:bool "
       "pubtruncate:bool pubviaroot:bool"},
      {"pg_publication_rel", "oid:oid prpubid:oid prrelid:oid prqual:pg_node_tree prattrs:int2vector"},
      {"pg_publication_namespace", "oid:oid pnpubid:oid pnnspid:oid"},
      {"pg_foreign_table", "ftrelid:oid ftserver:oid ftoptions:text[]"},
      {"pg_foreign_server",
       "oid:oid srvname:name srvowner:oid srvfdw:oid srvtype:text srvversion:text srvacl:text[] srvoptions:text[]"},
      {"pg_foreign_data_wrapper",
       "oid:oid fdwname:name fdwowner:oid fdwhandler:oid fdwvalidator:oid fdwacl:text[] fdwoptions:text[]"},
      {"pg_partitioned_table",
       "partrelid:oid partstrat:\"char\" partnatts:int2 partdefid:oid partattrs:int2vector partexprs:pg_node_tree"},
      {"pg_depend",
       "classid:oid objid:oid objsubid:int4 refclassid:oid refobjid:oid refobjsubid:int4 deptype:\"char\""},
      {"pg_shdescription", "objoid:oid classoid:oid description:text"},
      {"pg_range", "rngtypid:oid rngsubtype:oid rngmultitypid:oid rngcollation:oid rngsubopc:oid"},
      {"pg_extension", "oid:oid extname:name extowner:oid extnamespace:oid extrelocatable:bool extversion:text"},
      {"pg_available_extensions", "name:name default_version:text installed_version:text comment:text"},
      {"pg_tablespace", "oid:oid spcname:name spcowner:oid spcacl:text[] spcoptions:text[]"},
      {"pg_event_trigger",
       "oid:oid evtname:name evtevent:name evtowner:oid evtfoid:oid evtenabled:\"char\" evttags:text[]"},
      {"pg_default_acl", "oid:oid defaclrole:oid defaclnamespace:oid defaclobjtype:\"char\" defaclacl:text[]"},
      {"pg_db_role_setting", "setdatabase:oid setrole:oid setconfig:text[]"},
      {"pg_seclabels", "objoid:oid classoid:oid objsubid:int4 objtype:text provider:text label:text"},
      {"pg_stat_replication", "pid:int4 usename:name application_name:text state:text"},
      {"pg_opclass",
       "oid:oid opcmethod:oid opcname:name opcnamespace:oid opcowner:oid opcfamily:oid opcintype:oid opcdefault:bool "
       "opckeytype:oid"},
      {"pg_conversion", "oid:oid conname:name connamespace:oid conowner:oid"},
      {"pg_aggregate",
       "aggfnoid:regproc aggkind:\"char\" aggnumdirectargs:int2 aggtransfn:regproc aggfinalfn:regproc aggtranstype:oid "
       "agginitval:text"},
      {"pg_amop",
       "oid:oid amopfamily:oid amoplefttype:oid amoprighttype:oid amopstrategy:int2 amoppurpose:\"char\" amopopr:oid "
       "amopmethod:oid amopsortfamily:oid"},
      {"pg_amproc", "oid:oid amprocfamily:oid amproclefttype:oid amprocrighttype:oid amprocnum:int2 amproc:regproc"},
      {"pg_opfamily", "oid:oid opfmethod:oid opfname:name opfnamespace:oid opfowner:oid"},
      {"pg_rules", "schemaname:name tablename:name rulename:name definition:text"},
      {"pg_seclabel", "objoid:oid classoid:oid objsubid:int4 provider:text label:text"},
      {"pg_shdepend", "dbid:oid classid:oid objid:oid objsubid:int4 refclassid:oid refobjid:oid deptype:\"char\""},
      {"pg_largeobject", "loid:oid pageno:int4 data:bytea"},
      {"pg_stats",
       "schemaname:name tablename:name attname:name inherited:bool null_frac:float4 avg_width:int4 n_distinct:float4 "
       "most_common_vals:text most_common_freqs:float4[] histogram_bounds:text correlation:float4"},
      {"pg_transform", "oid:oid trftype:oid trflang:oid trffromsql:regproc trftosql:regproc"},
      {"pg_ts_config", "oid:oid cfgname:name cfgnamespace:oid cfgowner:oid cfgparser:oid"},
      {"pg_ts_dict", "oid:oid dictname:name dictnamespace:oid dictowner:oid dicttemplate:oid dictinitoption:text"},
      {"pg_user_mapping", "oid:oid umuser:oid umserver:oid umoptions:text[]"},
      {"pg_matviews",
       "schemaname:name matviewname:name matviewowner:name tablespace:name hasindexes:bool ispopulated:bool "
       "definition:text"},
  };
  for (const auto& [name, columns] : kTables) {
    list.add("pg_catalog", name, columns);
  }
}

}  // namespace tidemark
